import { readFileSync } from 'node:fs';

import { canonicalise, type IndicatorType } from './index.js';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const lines = (name: string) =>
  fixture(name)
    .split('\n')
    .filter((line) => line.trim() !== '');
const read = (text: string, type?: IndicatorType, region?: string) => {
  const result = canonicalise({ text, type, region });
  return result.ok ? result.indicator : undefined;
};
const keyOf = (keys: readonly string[] | undefined, prefix: string) =>
  keys?.find((key) => key.startsWith(prefix))?.slice(prefix.length) ?? null;

describe('libphonenumber examples', () => {
  const examples = lines('phone-examples.csv')
    .slice(1)
    .map((line) => line.split(','));

  it('are read in international form, each with the type it is an example of', () => {
    const types = new Map<string, string>([
      ...([
        ['fixedLine', 'FIXED_LINE'],
        ['mobile', 'MOBILE'],
        ['tollFree', 'TOLL_FREE'],
        ['uan', 'UAN'],
      ] as const),
      ...([
        ['premiumRate', 'PREMIUM_RATE'],
        ['sharedCost', 'SHARED_COST'],
        ['voip', 'VOIP'],
      ] as const),
      ...([
        ['pager', 'PAGER'],
        ['personalNumber', 'PERSONAL_NUMBER'],
        ['voicemail', 'VOICEMAIL'],
      ] as const),
    ]);
    const refused = new Set<string>();
    const retyped = new Set<string>();
    for (const [, type = '', , e164 = ''] of examples) {
      const found = read(e164);
      if (found === undefined) refused.add(e164);
      if (found === undefined || found.attributes.numberType === 'FIXED_LINE_OR_MOBILE') continue;
      expect(found).toMatchObject({ type: 'PHONE', value: e164 });
      if (found.attributes.numberType !== types.get(type)) retyped.add(e164);
    }
    // Benin has moved to ten digits, and the example of the US is a number from films.
    expect([...refused].sort()).toEqual(['+12015550123', '+22981123456', '+22985751234']);
    // Plans move on between releases.
    expect(retyped.size).toBeLessThan(10);
  });

  it('are never read as another number in national form', () => {
    for (const [region, , national = '', e164] of examples) {
      const found = read(national, 'PHONE', region);
      if (found !== undefined) expect(found.value).toBe(e164);
    }
  });
});

describe('libphonenumber parse cases', () => {
  const cases = JSON.parse(fixture('phone-parse-cases.json')) as {
    input: string;
    region: string | null;
    e164: string;
  }[];
  const results = cases.map(({ input, region, e164 }) => ({
    e164,
    value: read(input, 'PHONE', region ?? undefined)?.value,
  }));

  it('are read as libphonenumber reads them, or refused', () => {
    for (const { e164, value } of results) {
      // Eight letters after 1-800: dialled, only seven count.
      if (value !== undefined) expect(value).toBe(e164 === '+180074935247' ? '+18007493524' : e164);
    }
  });

  it('are refused only where they are incomplete or hold more than a number', () => {
    expect(results.filter(({ value }) => value === undefined).length).toBeLessThan(15);
  });
});

describe('the Public Suffix List test cases', () => {
  const cases = lines('psl-cases.txt').flatMap((line) => {
    const found = /^checkPublicSuffix\('([^']*)', (?:'([^']*)'|null)\);/.exec(line);
    return found?.[1] === undefined ? [] : [[found[1], found[2]] as const];
  });

  it('give the registrable domain as a key, and reject what is only a suffix', () => {
    expect(cases.length).toBeGreaterThan(60);
    for (const [text, registrable] of cases.filter(
      ([text]) => !text.includes('example.example') && text !== 'example',
    )) {
      const expected = registrable === undefined ? null : new URL(`http://${registrable}`).hostname;
      expect([text, keyOf(read(text, 'DOMAIN')?.keys, 'domain:')]).toEqual([text, expected]);
    }
  });
});

describe('Safe Browsing canonicalisation cases', () => {
  const cases = JSON.parse(fixture('safe-browsing-cases.json')) as { url: string; output: string | null }[];

  it('are the same indicator as their canonical form, or no indicator', () => {
    for (const { url, output } of cases) {
      const value = read(url, 'URL')?.value;
      expect([url, value]).toEqual([url, output === null ? undefined : read(output, 'URL')?.value]);
      if (output !== null) expect(value).toBeDefined();
    }
  });
});

describe('defanged text from ioc-extractor', () => {
  it('is read as one small set of indicators', () => {
    const found = new Set(
      lines('refang-input.txt').flatMap((line) => {
        const indicator = read(line);
        return indicator === undefined ? [] : [`${indicator.type} ${indicator.value}`];
      }),
    );
    expect([...found].sort()).toEqual([
      'BITCOIN 1HB5XMLmzFVj8ALj6mfBsbifRoD4miY36v',
      'BITCOIN 1J6PYEzr4CUoGbnXrELyHszoTSz3wCsCaj',
      'DOMAIN example.com',
      'DOMAIN short.is',
      'EVM 0x32be343b94f860124dc4fee278fdcbd38c102d88',
      'URL 123.123.123.123/test',
      'URL 192.188.0.1:9090/url',
      'URL ex4mple.com/',
      'URL exa-mple.com/',
      'URL example.com/',
      'URL example.com//bad.doc',
      'URL example.com/path',
      'URL example.com/test',
    ]);
  });
});

describe('wallet vectors', () => {
  const { bitcoin, evm } = JSON.parse(fixture('wallets.json')) as Record<
    'bitcoin' | 'evm',
    { valid: string[]; invalid: string[] }
  >;

  it('accept every Bitcoin mainnet address, segwit in lower case', () => {
    for (const address of bitcoin.valid) {
      const value = /^bc1/i.test(address) ? address.toLowerCase() : address;
      expect(read(address)).toMatchObject({ type: 'BITCOIN', value });
    }
  });

  it('refuse every other network and every broken Bitcoin address', () => {
    for (const address of bitcoin.invalid) expect([address, read(address, 'BITCOIN')]).toEqual([address, undefined]);
  });

  it('accept every EVM address in lower case', () => {
    for (const address of evm.valid) expect(read(address)).toMatchObject({ type: 'EVM', value: address.toLowerCase() });
  });

  it('refuse every broken EVM address', () => {
    // All in capitals carries no checksum, so there is none to break.
    for (const address of evm.invalid.filter((text) => text !== text.toUpperCase())) {
      expect([address, read(address, 'EVM')]).toEqual([address, undefined]);
    }
  });
});
