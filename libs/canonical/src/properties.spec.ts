import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

import { canonicalise, indicatorTypes, MAX_TEXT_LENGTH, type CanonicalIndicator, type RawIndicator } from './index.js';
import { readInternational } from './numbering-plan.js';

const characters = (text: string) => fc.constantFrom(...Array.from(text));

fc.configureGlobal({ numRuns: 150 });

const read = (raw: RawIndicator): CanonicalIndicator | undefined => {
  const result = canonicalise(raw);
  return result.ok ? result.indicator : undefined;
};
const value = (raw: RawIndicator) => read(raw)?.value;

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const word = fc.string({ unit: characters(letters), minLength: 1, maxLength: 12 });
const domain = fc
  .tuple(word, fc.constantFrom('com', 'co.uk', 'pages.dev', 'xyz', 'in'))
  .map((parts) => parts.join('.'));
const urlPart = fc.string({ unit: characters('aZ09-._~%2eE/:@!$&\'()*+,;=[]{}.^|é "<>\\'), maxLength: 20 });
const path = urlPart.map((part) => `/${part.replaceAll(' ', '')}`);
const query = fc.option(
  urlPart.map((part) => `?${part.replaceAll(' ', '')}`),
  { nil: '' },
);
const fragment = fc.constantFrom('', '#top', '#!/a%2f', '#/b%41');
const port = fc.constantFrom('', ':80', ':443', ':8443', ':21');
const bareUrl = fc.tuple(fc.oneof(domain, fc.ipV4()), port, path, query, fragment).map((parts) => parts.join(''));
const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6();
const email = fc.tuple(word, domain).map(([local, host]) => `${local}@${host}`);
const examples = readFileSync(new URL('../fixtures/phone-examples.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',')[3] ?? '');
const e164 = fc
  .tuple(fc.constantFrom(...examples), fc.nat(), fc.nat({ max: 9 }), fc.nat({ max: 3 }))
  .map(([number, at, digit, change]) => {
    const index = 2 + (at % (number.length - 2));
    if (change === 0) return number;
    if (change === 1) return `${number.slice(0, index)}${digit}${number.slice(index)}`;
    if (change === 2) return `${number.slice(0, index)}${number.slice(index + 1)}`;
    return `${number.slice(0, index)}${digit}${number.slice(index + 1)}`;
  });
const anyDigits = fc.string({ unit: characters('0123456789'), minLength: 3, maxLength: 18 }).map((d) => `+${d}`);
const phone = fc.oneof(e164, anyDigits);
const wallet = fc.oneof(
  fc.string({ unit: characters('0123456789abcdef'), minLength: 40, maxLength: 40 }).map((hex) => `0x${hex}`),
  fc.constantFrom('1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH', 'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4'),
);
const scheme = fc.constantFrom('http://', 'https://', 'ftp://', 'hxxp://', 'hxxps[://]', 'meow://');
const url = fc.tuple(scheme, bareUrl).map((parts) => parts.join(''));
const text = fc.oneof(bareUrl, url, domain, ipv4, ipv6, email, phone, wallet);
const soup = fc.string({
  unit: fc.constantFrom(
    ...Array.from('+0()-. xX/@:[]{}%#?dotathp*\\\u200b\u202e\u0301é\u3002１٣\ud800'),
    'hxxp',
    '://',
    'evil.com',
    '1-800-',
  ),
  maxLength: 60,
});

describe('any text', () => {
  it('gives a result and never an exception', () => {
    const regions = fc.option(fc.oneof(fc.constantFrom('US', 'IN', 'gb', 'ZZ', ''), fc.string()), { nil: undefined });
    const types = fc.option(fc.constantFrom(...indicatorTypes), { nil: undefined });
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), soup, text);
    fc.assert(
      fc.property(texts, types, regions, (raw, type, region) => {
        const result = canonicalise({ text: raw, type, region });
        if (!result.ok) expect(result.reason.message).not.toBe('');
      }),
      { numRuns: 1000 },
    );
  });

  it('is its own canonical value once it is one, with its type stated', () => {
    fc.assert(
      fc.property(fc.oneof(text, soup), (raw) => {
        const first = read({ text: raw });
        if (first === undefined) return;
        expect(value({ text: first.value, type: first.type })).toBe(first.value);
        expect(first.value.length).toBeLessThanOrEqual(MAX_TEXT_LENGTH);
      }),
      { numRuns: 1000 },
    );
  });

  it('is detected again from its canonical value, but for a page that looks like a network', () => {
    fc.assert(
      fc.property(fc.oneof(text, soup), (raw) => {
        const first = read({ text: raw });
        if (first === undefined || /^[\d.]+\/\d{1,3}$/.test(first.value)) return;
        expect(read({ text: first.value })).toMatchObject({ type: first.type, value: first.value, keys: first.keys });
      }),
      { numRuns: 1000 },
    );
  });

  it('means the same whether its type is detected or stated', () => {
    fc.assert(
      fc.property(fc.oneof(text, soup), (raw) => {
        const detected = read({ text: raw });
        if (detected !== undefined) expect(read({ text: raw, type: detected.type })).toEqual(detected);
      }),
      { numRuns: 1000 },
    );
  });

  it('means the same with invisible characters and blanks around it', () => {
    const invisible = fc.constantFrom('\u200b', '\u200d', '\ufeff', '\u202e', '\u00ad', '\u2060');
    fc.assert(
      fc.property(text, invisible, fc.nat(), (raw, character, at) => {
        const index = at % (raw.length + 1);
        const disguised = ` ${raw.slice(0, index)}${character}${raw.slice(index)}\n`;
        expect(canonicalise({ text: disguised })).toEqual(canonicalise({ text: raw }));
      }),
    );
  });
});

describe('defanged text', () => {
  it('means what it meant before', () => {
    const defang = fc.constantFrom('[.]', '(.)', '{.}', '[dot]', '(dot)', ' [.] ', '\u3002', '[.');
    fc.assert(
      fc.property(fc.oneof(domain, ipv4, email), defang, (raw, dot) => {
        expect(canonicalise({ text: raw.replaceAll('.', dot) })).toEqual(canonicalise({ text: raw }));
      }),
    );
    fc.assert(
      fc.property(email, fc.constantFrom('[at]', '(at)', '[@]', ' (at) '), (raw, at) => {
        expect(canonicalise({ text: raw.replace('@', at) })).toEqual(canonicalise({ text: raw }));
      }),
    );
    fc.assert(
      fc.property(
        bareUrl,
        fc.constantFrom('hxxps://', 'hXXps[://]', 'h**ps://', 'https[:]//', 'h__ps:\\\\'),
        (raw, start) => {
          expect(canonicalise({ text: `${start}${raw}` })).toEqual(canonicalise({ text: `https://${raw}` }));
        },
      ),
    );
  });
});

describe('case and scheme', () => {
  it('do not matter in hosts, e-mail addresses and IP addresses', () => {
    fc.assert(
      fc.property(fc.oneof(domain, email, ipv4, ipv6), (raw) => {
        expect(canonicalise({ text: raw.toUpperCase() })).toEqual(canonicalise({ text: raw }));
      }),
    );
  });

  it('leave a URL the same indicator, with the scheme as an attribute', () => {
    fc.assert(
      fc.property(domain, path, query, (host, rest, search) => {
        const schemeless = read({ text: `${host}${rest}${search}`, type: 'URL' });
        const written = read({ text: `HTTPS://${host.toUpperCase()}:443${rest}${search}` });
        expect(written?.value).toBe(schemeless?.value);
        expect(written?.keys).toEqual(schemeless?.keys);
      }),
    );
  });
});

describe('the short way to read + and digits', () => {
  it('reads what libphonenumber-js reads', () => {
    fc.assert(
      fc.property(phone, (number) => {
        const short = readInternational(number);
        if (short === undefined) return;
        const long = parsePhoneNumberFromString(number, { extract: false });
        expect(short).toEqual({
          e164: long?.number,
          callingCode: long?.countryCallingCode,
          possible: long?.isPossible(),
          valid: long?.isValid(),
          type: long?.getType(),
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('serves nearly every real number', () => {
    const served = examples.filter((number) => readInternational(number) !== undefined).length;
    expect(served / examples.length).toBeGreaterThan(0.95);
  });

  it('puts the country code before a North American number as libphonenumber-js does', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('US', 'CA', 'JM', 'PR'),
        fc.nat({ max: 7_999_999_999 }),
        fc.boolean(),
        (region, n, one) => {
          const digits = `${one ? '1' : ''}${n + 2_000_000_000}`;
          const long = parsePhoneNumberFromString(digits, { defaultCountry: region as 'US', extract: false });
          const short = canonicalise({ text: digits, type: 'PHONE', region });
          if (short.ok) expect(short.indicator.value).toBe(long?.number);
        },
      ),
    );
  });
});
