import { canonicalise, canonVersion, indicatorTypes, MAX_TEXT_LENGTH, type RawIndicator } from './index.js';

const read = (raw: RawIndicator | string) => {
  const result = canonicalise(typeof raw === 'string' ? { text: raw } : raw);
  return result.ok ? `${result.indicator.type} ${result.indicator.value}` : result.reason.rule;
};

describe('a text without a stated type', () => {
  it.each([
    ['+18888728010', 'PHONE +18888728010'],
    ['tel:+1-888-872-8010', 'PHONE +18888728010'],
    ['1-888-872-8010', 'PHONE +18888728010'],
    ['evil.com', 'DOMAIN evil.com'],
    ['EVIL[.]com.', 'DOMAIN evil.com'],
    ['meow.com', 'DOMAIN meow.com'], // not the scheme of that name
    ['fxp.com/a', 'URL fxp.com/a'],
    ['evil.com/', 'URL evil.com/'],
    ['evil.com/a', 'URL evil.com/a'],
    ['evil.com?a=1', 'URL evil.com/?a=1'],
    ['evil.com:8443', 'URL evil.com:8443/'],
    ['http://evil.com', 'URL evil.com/'],
    ['8.8.8.8/a', 'URL 8.8.8.8/a'],
    ['100.24.3.122/', 'URL 100.24.3.122/'],
    ['8.8.8.8/;a', 'URL 8.8.8.8/;a'],
    ['[2606:4700::1111]/a', 'URL [2606:4700::1111]/a'],
    ['evil.com/@user', 'URL evil.com/@user'],
    ['mailto:John@Evil.com?subject=hi', 'EMAIL john@evil.com'],
    ['john[at]evil[dot]com', 'EMAIL john@evil.com'],
    ['8.8.8[.]8', 'IPV4 8.8.8.8'],
    ['2606:4700:0:0::1111', 'IPV6 2606:4700::1111'],
    ['::ffff:8.8.8.8', 'IPV4 8.8.8.8'],
    ['bitcoin:1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH?amount=1', 'BITCOIN 1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH'],
    ['0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', 'EVM 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'],
  ])('is recognised by its looks: %j', (text, expected) => expect(read(text)).toBe(expected));

  it.each([
    ['8.8.8.0/24', 'type.unclear'], // a network, or a page of a web server
    ['microsoft.com@evil.com/login', 'type.unclear'], // a mailbox, or a disguised link
    ['68b329da9893e34099c7d8ad5cb9c940', 'type.unclear'],
    ['evil', 'type.unclear'],
    ['evil.com is bad', 'type.unclear'],
    ['and/or', 'type.unclear'],
    ['85.85', 'type.unclear'],
    ['18888728010', 'phone.region-needed'], // also a mobile number in China
    ['888-872-8010', 'phone.region-needed'], // also a mobile number in India
    ['011 2345 6789', 'phone.region-needed'], // Delhi, or Nigeria from the USA
    ['//evil.com/x', 'type.unclear'],
  ])('is refused rather than guessed: %j', (text, rule) => expect(read(text)).toBe(rule));
});

describe('a stated type', () => {
  it('decides how the text is read', () => {
    expect(read({ text: 'evil.com', type: 'URL' })).toBe('URL evil.com/');
    expect(read({ text: '8.8.8.77/24', type: 'IPV4' })).toBe('IPV4 8.8.8.0/24');
    expect(read({ text: '8.8.8.0/24', type: 'URL' })).toBe('URL 8.8.8.0/24');
  });

  it('is not overruled by a text of another type', () => {
    for (const type of indicatorTypes) expect(canonicalise({ text: 'neither fish nor fowl', type }).ok).toBe(false);
    expect(read({ text: 'evil.com/a', type: 'DOMAIN' })).toBe('domain.syntax');
    expect(read({ text: '8.8.8.8', type: 'IPV6' })).toBe('ip.family');
    expect(read({ text: 'john@evil.com', type: 'DOMAIN' })).toBe('domain.syntax');
  });
});

describe('a text that is no text', () => {
  it.each([
    ['', 'text.empty'],
    [' \u200b\t', 'text.empty'],
    ['evil.com\0', 'text.malformed'],
    ['evil\ud800.com', 'text.malformed'],
    ['\u0007evil.com', 'text.malformed'],
    ['a'.repeat(MAX_TEXT_LENGTH + 1), 'text.too-long'],
    ['\ufdfa'.repeat(200), 'text.too-long'], // one ligature unfolds to eighteen letters
  ])('is refused (case %#)', (text, rule) => expect(read(text)).toBe(rule));

  it('is never repeated in the reason', () => {
    for (const text of ['secret.invalid-name', 'javascript:secret', '+1 888 secret']) {
      const result = canonicalise({ text });
      expect(result.ok).toBe(false);
      expect(JSON.stringify(result)).not.toContain('secret');
    }
  });

  it('is refused in linear time however it nests', () => {
    const nested = [
      '('.repeat(1000) + '.' + ')'.repeat(1000),
      '[:'.repeat(1000),
      `+${' '.repeat(2000)}x`,
      ' ['.repeat(1000),
    ];
    for (const text of nested) {
      expect(canonicalise({ text }).ok).toBe(false);
      for (const type of indicatorTypes) expect(canonicalise({ text, type }).ok).toBe(false);
    }
  });
});

it('has a version, for stored values to be redone when rules change', () => expect(canonVersion).toBe(1));
