import { canonicalise } from './index.js';

const read = (text: string, region?: string) => canonicalise({ text, type: 'PHONE', region });
const value = (text: string, region?: string) => {
  const result = read(text, region);
  return result.ok ? result.indicator.value : result.reason.rule;
};
const attributes = (text: string, region?: string) => {
  const result = read(text, region);
  return result.ok ? result.indicator.attributes : undefined;
};

describe('a phone number', () => {
  it.each([
    ['+1 (888) 872\u20118010', undefined, '+18888728010'],
    ['+1.888.872.8010', undefined, '+18888728010'],
    ['(+1) 888 872-8010', undefined, '+18888728010'],
    ['888-872-8010', 'US', '+18888728010'],
    ['1 888 872 8010', 'ca', '+18888728010'],
    ['(888) 872-8010', undefined, '+18888728010'],
    ['1-661-501-2041', undefined, '+16615012041'],
    ['1 (661) 501 2041', undefined, '+16615012041'],
    ['0091 98100 12345', 'IN', '+919810012345'],
    ['0091 98100 12345', undefined, '+919810012345'],
    ['0091 98100 12345', 'US', '+919810012345'],
    ['011 91 98100 12345', 'US', '+919810012345'],
    ['011 91 98100 12345', undefined, '+919810012345'],
    ['+۹۱۹۸۱۰۰۱۲۳۴۵', undefined, '+919810012345'],
    ['९८१०० १२३४५', 'IN', '+919810012345'],
    ['98100 12345', 'IN', '+919810012345'],
    ['011 2345 6789', 'IN', '+911123456789'],
    ['1-800-FLOWERS', 'US', '+18003569377'],
    ['1-800-FLOWERS', undefined, '+18003569377'],
    ['1-855-MICROSOFT', undefined, '+18556427676'],
    ['+1 800 GO FEDEX', undefined, '+18004633339'],
    ['+44 (0)20 7946 0018', undefined, '+442079460018'],
    ['＋１（８８８）８７２－８０１０', undefined, '+18888728010'],
    ['tel:872-8010;phone-context=+1-888', undefined, '+18888728010'],
  ])('%j (%s) is %s', (text, region, expected) => expect(value(text, region)).toBe(expected));

  it.each([
    ['+1 888 872 8O10', undefined, 'phone.letter'],
    ['+1 8888728010 call now', undefined, 'phone.letter'],
    ['call 8728010', 'US', 'phone.letter'],
    ['(661) 501-2041', undefined, 'phone.region-needed'],
    ['16615012041', undefined, 'phone.region-needed'],
    ['1-661-101-2041', undefined, 'phone.region-needed'],
    ['212-GET-CASH', undefined, 'phone.region-needed'],
    ['+999 12345678', undefined, 'phone.invalid'],
    ['anonymous', undefined, 'phone.letter'],
    ['+0064 3 331 6005', undefined, 'phone.invalid'],
    ['+1 888 872 8010 / +1 888 872 8011', undefined, 'phone.invalid'],
    ['98100 12345', undefined, 'phone.region-needed'],
    ['98100 12345', 'UK', 'phone.region'],
    ['253-0000', 'US', 'phone.invalid'],
    ['911', 'US', 'phone.service-number'],
    ['1930', 'IN', 'phone.service-number'],
    ['112', undefined, 'phone.service-number'],
    ['1-877-382-4357', undefined, 'phone.service-number'],
    ['+1 212 555 0100', undefined, 'phone.fiction'],
    ['(212) 555-0199', 'US', 'phone.fiction'],
  ])('%j (%s) is refused by %s', (text, region, rule) => expect(value(text, region)).toBe(rule));

  it('keeps the extension beside the identity, however it is written', () => {
    for (const text of ['+1 888 872 8010 x5', '+18888728010 ext. 5', '+1-888-872-8010;ext=5', '+1 888 872 8010 #5']) {
      expect(value(text)).toBe('+18888728010');
      expect(attributes(text)).toMatchObject({ extension: '5' });
    }
  });

  it('says what kind of number it is, and when the plan does not know it', () => {
    expect(attributes('+18888728010')).toEqual({ numberType: 'TOLL_FREE' });
    expect(attributes('+91 140 123 4567')).toMatchObject({ numberType: 'UAN', series: 'TELEMARKETER' });
    expect(attributes('+1 888 172 8010')).toEqual({ validity: 'UNVERIFIED' });
  });

  it('says when North America was understood from the way it is written', () => {
    expect(attributes('1-888-872-8010')).toEqual({ numberType: 'TOLL_FREE', assumed: 'NORTH_AMERICA' });
    expect(attributes('1-888-872-8010', 'US')).toEqual({ numberType: 'TOLL_FREE' });
  });

  it('is grouped by country code and, in North America, by the block it was handed out in', () => {
    expect(read('+18888728010')).toMatchObject({ indicator: { keys: ['country:1', 'block:+1888872'] } });
    expect(read('+919810012345')).toMatchObject({ indicator: { keys: ['country:91'] } });
  });
});
