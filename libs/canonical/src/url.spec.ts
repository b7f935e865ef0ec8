import { canonicalise } from './index.js';

const read = (text: string) => canonicalise({ text, type: 'URL' });
const value = (text: string) => {
  const result = read(text);
  return result.ok ? result.indicator.value : result.reason.rule;
};
const attributes = (text: string) => {
  const result = read(text);
  return result.ok ? result.indicator.attributes : undefined;
};

describe('a URL', () => {
  it.each([
    ['hxxps://evil[.]com/a', 'evil.com/a'],
    ['http://3279880203/blah', '195.127.0.11/blah'],
    ['http://0x12.0x43.0x44.0x01', '18.67.68.1/'],
    ['http://[::ffff:1.2.3.4]/', '1.2.3.4/'],
    ['http://[2606:4700:0::1111]:8080/', '[2606:4700::1111]:8080/'],
    ['http://ｅｖｉｌ.com/', 'evil.com/'],
    ['http:\\\\evil.com\\x', 'evil.com/x'],
    ['http://evil.com./', 'evil.com/'],
    ['http://evil.com/%25%32%35', 'evil.com/%2525'],
    ['http://evil.com/%', 'evil.com/%25'],
    ['http://evil.com/a/../b/./c//d', 'evil.com/b/c//d'],
    ['http://evil.com/%7euser/%c3%a9', 'evil.com/~user/%C3%A9'],
    ['http://evil.com/é', 'evil.com/%C3%A9'],
    ['http://evil.com/x[1].php', 'evil.com/x%5B1%5D.php'],
    ['http://evil.com/Path?B=2&a=1&B=2', 'evil.com/Path?B=2&a=1&B=2'],
    ['http://evil.com/?', 'evil.com/'],
    ['http://evil.com/#top', 'evil.com/'],
    ['http://evil.com/#/login', 'evil.com/#/login'],
    ['http://evil.com/#!login', 'evil.com/#!login'],
    ['https://s3.amazonaws.com/bucket/x.html', 's3.amazonaws.com/bucket/x.html'],
    ['https://h.z13.web.core.windows.net/?bcda=1-888-331-7870', 'h.z13.web.core.windows.net/?bcda=1-888-331-7870'],
  ])('%j is %s', (text, expected) => expect(value(text)).toBe(expected));

  it.each([
    ['//evil.com/x', 'url.invalid'],
    ['http://evil.com:99999/', 'url.invalid'],
    ['http://a b.com/', 'url.space'],
    ['http://evil.com/a call 1-888', 'url.space'],
    ['javascript:alert(1)', 'url.scheme'],
    ['data:text/html,x', 'url.scheme'],
    ['mailto:a@evil.com', 'url.scheme'],
    ['tcp://evil.com/', 'url.scheme'],
    ['http://localhost/', 'domain.unknown-suffix'],
    ['http://co.uk/', 'domain.public-suffix'],
    ['http://0x7f.1/', 'url.private-host'],
    ['http://192.168.0.1/', 'url.private-host'],
    ['http://[::1]/', 'url.private-host'],
    [`http://evil.com/${'é'.repeat(1000)}`, 'url.too-long'],
  ])('%j is refused by %s', (text, rule) => expect(value(text)).toBe(rule));

  it('is one indicator whatever the scheme, which is kept beside it', () => {
    expect(new Set(['evil.com/a', 'http://evil.com/a', 'hxxps://evil[.]com/a', 'ftp://evil.com/a'].map(value))).toEqual(
      new Set(['evil.com/a']),
    );
    expect(attributes('evil.com/a')).toEqual({});
    expect(attributes('hxxps://evil[.]com/a')).toEqual({ scheme: 'https' });
  });

  it('keeps a port that is not the web’s own', () => {
    expect(value('https://evil.com:443/a')).toBe('evil.com/a');
    expect(value('http://evil.com:443/a')).toBe('evil.com/a');
    expect(value('ftp://evil.com:21/a')).toBe('evil.com/a');
    expect(value('http://evil.com:8443/a')).toBe('evil.com:8443/a');
    expect(attributes('evil.com:8443/a')).toEqual({ port: '8443' });
  });

  it('drops what tracks the click, and keeps the whole beside it', () => {
    const text = 'https://evil.com/?utm_source=x&phone=1&FBCLID=y&utmost=2';
    expect(value(text)).toBe('evil.com/?phone=1&utmost=2');
    expect(attributes(text)?.fullUrl).toBe('evil.com/?utm_source=x&phone=1&FBCLID=y&utmost=2');
    expect(value('evil.com/?gclid=1')).toBe('evil.com/');
  });

  it('drops user and password, which are there to deceive, and warns', () => {
    const text = 'https://microsoft.com:secret@evil.com/login?utm_source=x';
    expect(value(text)).toBe('evil.com/login');
    expect(attributes(text)).toMatchObject({ warning: 'USERINFO_DECEPTION' });
    expect(JSON.stringify(read(text))).not.toMatch(/secret|microsoft/);
  });

  it('is grouped by host and by owner, or by address and network', () => {
    expect(read('https://a.b.pages.dev/x')).toMatchObject({
      indicator: { keys: ['host:a.b.pages.dev', 'domain:b.pages.dev', 'icann-domain:pages.dev'] },
    });
    expect(read('http://1.2.3.4/x')).toMatchObject({ indicator: { keys: ['ip:1.2.3.4', 'net:1.2.3.0/24'] } });
  });
});
