import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { isPublicAddress, parseTargetUrl } from './target-url.js';

const strict = { allowLoopbackHttp: false };
const trying = { allowLoopbackHttp: true };
const ruleOf = (text: string, policy = strict) => {
  const parsed = parseTargetUrl(text, policy);
  return parsed.ok ? parsed.url : parsed.rule;
};
const spellings = JSON.parse(
  readFileSync(new URL('../fixtures/loopback-spellings.json', import.meta.url), 'utf8'),
) as Record<string, readonly string[]>;

describe('parseTargetUrl', () => {
  it.each([
    ['https://hooks.example/in', 'https://hooks.example/in'],
    ['HTTPS://Hooks.Example:443/in?a=1#part', 'https://hooks.example/in?a=1'],
    ['https://hooks.example.:8443', 'https://hooks.example:8443/'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
    ['https://[2606:4700:4700::1111]/', 'https://[2606:4700:4700::1111]/'],
  ])('accepts %s', (text, url) => {
    expect(ruleOf(text)).toBe(url);
  });

  it.each([
    ['hooks.example/in', 'url.malformed'],
    ['', 'url.malformed'],
    ['https://', 'url.malformed'],
    ['https://hooks..example/', 'url.malformed'],
    ['http://hooks.example/', 'url.scheme'],
    ['ftp://hooks.example/', 'url.scheme'],
    ['file:///etc/passwd', 'url.scheme'],
    ['gopher://127.0.0.1/', 'url.scheme'],
    ['javascript:alert(1)', 'url.scheme'],
    ['https://user@hooks.example/', 'url.userinfo'],
    ['https://:secret@hooks.example/', 'url.userinfo'],
    ['https://hooks.example:80/', 'url.port'],
    ['https://hooks.example:22/', 'url.port'],
    ['https://8.8.8.8:9200/', 'url.port'],
    ['https://intranet/', 'url.private-name'],
    ['https://localhost/', 'url.private-name'],
    ['https://metadata.google.internal/', 'url.private-name'],
    ['https://printer.local/', 'url.private-name'],
    [`https://hooks.example/${'a'.repeat(2_048)}`, 'url.too-long'],
    [`https://hooks.example/${'ü'.repeat(1_000)}`, 'url.too-long'],
  ])('refuses %.60s by %s', (text, rule) => {
    expect(ruleOf(text)).toBe(rule);
  });

  it('names the rule and never repeats the value', () => {
    const parsed = parseTargetUrl('https://secret-host.internal/token', strict);
    expect(parsed).toEqual({ ok: false, rule: 'url.private-name', message: 'The host is not a public name.' });
  });

  describe.each(Object.entries(spellings))('this machine written as %s', (_, texts) => {
    it.each(texts.map((text) => text.replace(/http/i, 'https').replace(':PORT', '')))('is refused: %j', (text) => {
      const parsed = parseTargetUrl(text, strict);
      // What stays a public-looking name is judged when it is dialled.
      if (parsed.ok) expect(new URL(parsed.url).hostname).toMatch(/\.example$/);
      else expect(parsed.rule).toMatch(/^url\.(?:address|private-name|userinfo|malformed)$/);
    });
  });

  it('never accepts an address that is not public, whatever the text', () => {
    const host = fc.oneof(
      fc.ipV4Extended(),
      fc.ipV6().map((ip) => `[${ip}]`),
      fc.nat(0xffffffff).map(String),
    );
    fc.assert(
      fc.property(host, fc.constantFrom('', '.', '..', ':8443'), (name, end) => {
        const parsed = parseTargetUrl(`https://${name}${end}/`, strict);
        if (parsed.ok) expect(isPublicAddress(new URL(parsed.url).hostname.replace(/^\[|\]$/g, ''))).toBe(true);
      }),
    );
  });

  it('never throws, and what it accepts it accepts again unchanged', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ validSchemes: ['https'] })), (text) => {
        const parsed = parseTargetUrl(text, strict);
        if (parsed.ok) expect(parseTargetUrl(parsed.url, strict)).toEqual(parsed);
      }),
    );
  });

  describe('while the embedded database is used', () => {
    it.each(['http://localhost:4000/', 'http://127.0.0.1:4000/', 'http://[::1]:4000/', 'https://localhost:4000/'])(
      'allows %s',
      (text) => {
        expect(ruleOf(text, trying)).toBe(text);
        expect(parseTargetUrl(text, strict).ok).toBe(false);
      },
    );

    it.each([
      'http://hooks.example/',
      'http://10.0.0.1/',
      'http://0.0.0.0/',
      'http://169.254.169.254/',
      'http://a.localhost/',
    ])('still refuses %s', (text) => {
      expect(ruleOf(text, trying)).toBe('url.scheme');
    });
  });
});

describe('isPublicAddress', () => {
  it.each(['8.8.8.8', '1.1.1.1', '93.184.215.14', '223.255.255.254', '2606:4700:4700::1111', '2a00:1450:4001::1'])(
    'is true of %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each(
    [
      '0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 169.254.169.254 169.254.170.2',
      '172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255',
      '198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16',
      ':: ::1 ::7f00:1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:7f00:1 64:ff9b::7f00:1 64:ff9b:1::1 100::1',
      '2001::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254',
      'fe80::1 fe80::1%lo fec0::1 ff02::1 localhost 0x7f.1 127.1 2130706433 example.com',
    ].flatMap((line) => line.split(' ')),
  )('is false of %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
