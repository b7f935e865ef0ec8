import { canonicalise, type IndicatorType } from './index.js';

const read = (text: string, type: IndicatorType) => {
  const result = canonicalise({ text, type });
  return result.ok ? result.indicator : undefined;
};
const valueOrRule = (text: string, type: IndicatorType) => {
  const result = canonicalise({ text, type });
  return result.ok ? result.indicator.value : result.reason.rule;
};

describe('a domain', () => {
  it.each([
    ['Evil.COM.', 'evil.com'],
    ['faß.de', 'xn--fa-hia.de'],
    ['ｍicrosoft.com', 'microsoft.com'],
    ['micro\u00adsoft.com', 'microsoft.com'],
    ['foo.github.io', 'foo.github.io'],
    ['_dmarc.evil.com', '_dmarc.evil.com'],
    ['evil。com', 'evil.com'],
    ['аррӏе.com', 'xn--80ak6aa92e.com'],
    ['xn--zzzz.com', 'domain.syntax'],
    ['a..b.com', 'domain.syntax'],
    ['-bad-.com', 'domain.syntax'],
    ['under_score.com', 'domain.syntax'],
    [`${'a'.repeat(64)}.com`, 'domain.syntax'],
    [`${'a.'.repeat(130)}com`, 'domain.syntax'],
    ['*.evil.com', 'domain.wildcard'],
    ['co.uk', 'domain.public-suffix'],
    ['ngrok.io', 'domain.public-suffix'],
    ['evil.nosuchtld', 'domain.unknown-suffix'],
    ['1.2.3.4', 'domain.unknown-suffix'],
  ])('%j gives %s', (text, expected) => expect(valueOrRule(text, 'DOMAIN')).toBe(expected));

  it('is grouped by what one party registered, not by who hosts thousands', () => {
    expect(read('support.pages.dev', 'DOMAIN')?.keys).toContain('domain:support.pages.dev');
    expect(read('support.pages.dev', 'DOMAIN')?.keys).toContain('icann-domain:pages.dev');
    expect(read('login.evil.co.uk', 'DOMAIN')?.keys).toContain('domain:evil.co.uk');
  });
});

describe('an e-mail address', () => {
  it.each([
    ['John.Doe+scam@GMAIL.com', 'john.doe+scam@gmail.com', 'mailbox:johndoe@gmail.com'],
    ['j.o.h.n.doe@googlemail.com', 'j.o.h.n.doe@googlemail.com', 'mailbox:johndoe@gmail.com'],
    ['john.doe+scam@outlook.com', 'john.doe+scam@outlook.com', 'mailbox:john.doe@outlook.com'],
    ['john+scam@evil.com', 'john+scam@evil.com', 'mailbox:john+scam@evil.com'],
    ['user@münchen.de', 'user@xn--mnchen-3ya.de', 'mailbox:user@xn--mnchen-3ya.de'],
    ['support@microsoft.com.evil.ru', 'support@microsoft.com.evil.ru', 'domain:evil.ru'],
  ])('%j is %s with the key %s', (text, value, key) => {
    expect(read(text, 'EMAIL')?.value).toBe(value);
    expect(read(text, 'EMAIL')?.keys).toContain(key);
  });

  it.each([
    ['"a b"@x.com', 'email.syntax'],
    ['a..b@x.com', 'email.syntax'],
    ['@x.com', 'email.syntax'],
    ['john', 'email.syntax'],
    ['a@b@x.com', 'domain.syntax'],
    ['a@[1.2.3.4]', 'domain.syntax'],
    ['rahul@oksbi', 'domain.unknown-suffix'],
  ])('%j is refused by %s', (text, rule) => expect(valueOrRule(text, 'EMAIL')).toBe(rule));

  it('is not grouped by a provider that serves millions', () => {
    expect(read('john@gmail.com', 'EMAIL')?.keys).toEqual(['mailbox:john@gmail.com']);
  });
});

describe('an IP address', () => {
  it.each([
    ['8.8.8.8', 'IPV4', '8.8.8.8'],
    ['8.8.8.8/32', 'IPV4', '8.8.8.8'],
    ['8.8.8.77/24', 'IPV4', '8.8.8.0/24'],
    ['2606:4700:0000::1111', 'IPV6', '2606:4700::1111'],
    ['[2606:4700::1111]', 'IPV6', '2606:4700::1111'],
    ['2606:4700::1111/48', 'IPV6', '2606:4700::/48'],
    ['::ffff:8.8.8.8', 'IPV6', '8.8.8.8'],
    ['192.168.001.010', 'IPV4', 'ip.invalid'],
    ['::ffff:8.8.8.010', 'IPV6', 'ip.invalid'],
    ['1.2.3', 'IPV4', 'ip.invalid'],
    ['2130706433', 'IPV4', 'ip.invalid'],
    ['8.8.8.8/33', 'IPV4', 'ip.invalid'],
    ['8.8.8.8/8', 'IPV4', 'ip.network-too-wide'],
    ['fe80::1%eth0', 'IPV6', 'ip.zone'],
    ['10.0.0.1', 'IPV4', 'ip.reserved'],
    ['127.0.0.1', 'IPV4', 'ip.reserved'],
    ['100.64.0.1', 'IPV4', 'ip.reserved'],
    ['2001:db8::1', 'IPV6', 'ip.reserved'],
  ] as const)('%j as %s gives %s', (text, type, expected) => expect(valueOrRule(text, type)).toBe(expected));

  it('is grouped by the network one customer holds', () => {
    expect(read('8.8.8.8', 'IPV4')?.keys).toEqual(['ip:8.8.8.8', 'net:8.8.8.0/24']);
    expect(read('2606:4700:1:2::1', 'IPV6')?.keys).toEqual([
      'ip:2606:4700:1:2::1',
      'net:2606:4700:1:2::/64',
      'net:2606:4700:1::/48',
    ]);
  });
});

describe('a wallet address', () => {
  it.each([
    ['0X5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED', 'EVM', '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'],
    ['0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD', 'EVM', 'wallet.checksum'],
    ['0x000000000000000000000000000000000000dEaD', 'EVM', 'wallet.nobody'],
    ['1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMh', 'BITCOIN', 'wallet.checksum'],
    ['bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'BITCOIN', 'wallet.checksum'],
    ['tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7', 'BITCOIN', 'wallet.invalid'],
  ] as const)('%j as %s gives %s', (text, type, expected) => expect(valueOrRule(text, type)).toBe(expected));

  it('keeps the chain beside an EVM address, which is one account on all of them', () => {
    const address = '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed';
    expect(read(`ethereum:${address}@137?value=1`, 'EVM')).toMatchObject({
      value: address,
      attributes: { chain: 'eip155:137' },
    });
    expect(read(`eip155:1:${address}`, 'EVM')).toMatchObject({ value: address, attributes: { chain: 'eip155:1' } });
  });
});
