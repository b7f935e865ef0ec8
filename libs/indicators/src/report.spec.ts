import { Rejected } from '#kernel';
import { aReport } from './report-desk-under-spec.js';
import { parseReport, type Report } from './report.js';
import type { ReportInput } from './report-input.types.js';

const key = Buffer.alloc(32, 7);
const now = Date.UTC(2026, 0, 15);
const parse = (part: Partial<ReportInput> = {}, text = 'evil.com') => parseReport(aReport(text, part), key, now);
const good = (part: Partial<ReportInput> = {}, text?: string): Report => {
  const parsed = parse(part, text);
  if (parsed instanceof Rejected) throw new Error(parsed.fault.rule);
  return parsed;
};
const brands = (...names: string[]) => ({ impersonates: { organisations: [], brands: names } });
const organisations = (...ids: string[]) => ({ impersonates: { organisations: ids, brands: [] } });
const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
const id = '01a2091a-1ff1-7ab1-afc9-2eb2eacace18';

describe('parseReport', () => {
  it.each<[string, string, Partial<ReportInput>]>([
    ['externalId', 'text.length', { externalId: '' }],
    ['externalId', 'text.length', { externalId: 'x'.repeat(201) }],
    ['externalId', 'text.control', { externalId: 'a\u0000b' }],
    ['externalId', 'text.control', { externalId: 'a\u001fb' }],
    ['sourceReference', 'text.length', { sourceReference: 'x'.repeat(501) }],
    ['sourceReference', 'text.control', { sourceReference: '\ud83d' }],
    ['note', 'text.length', { note: '' }],
    ['note', 'text.length', { note: 'x'.repeat(2_001) }],
    ['note', 'text.control', { note: 'bell\u0007' }],
    ['confidence', 'number.range', { confidence: -1 }],
    ['confidence', 'number.range', { confidence: 101 }],
    ['firstSeen', 'date.form', { firstSeen: new Date('yesterday') }],
    ['firstSeen', 'date.range', { firstSeen: new Date(Date.UTC(1989, 11, 31)) }],
    ['lastSeen', 'date.range', { lastSeen: new Date(now + 25 * 3_600_000) }],
    ['lastSeen', 'date.order', { firstSeen: new Date(now), lastSeen: new Date(now - 1) }],
    ['victimCountries', 'country.code', { victimCountries: ['de'] }],
    ['victimCountries', 'country.code', { victimCountries: ['DEU'] }],
    ['victimCountries', 'country.code', { victimCountries: many(251, 'DE') }],
    ['impersonates.brands', 'brands.size', brands('')],
    ['impersonates.brands', 'brands.size', brands(' ')],
    ['impersonates.brands', 'brands.size', brands('x'.repeat(101))],
    ['impersonates.brands', 'brands.size', brands('two\nlines')],
    ['impersonates.brands', 'brands.size', brands('a\u001fb')],
    ['impersonates.brands', 'brands.size', brands(...many(21, 'x'))],
    ['impersonates.organisations', 'organisations.form', organisations('Microsoft')],
    ['impersonates.organisations', 'organisations.form', organisations(...many(21, id))],
    ['audience', 'tlp.red', { tlp: 'RED', audience: { organisations: [], groups: [id], everyone: false } }],
    ['audience', 'tlp.amber', { audience: { organisations: [], groups: [], everyone: true } }],
    ['audience', 'audience.id', { audience: { organisations: ['x'], groups: [], everyone: false } }],
    ['indicator.text', 'type.unclear', { indicator: { text: 'what is this' } }],
    ['indicator.text', 'text.empty', { indicator: { text: ' ' } }],
    ['indicator.text', 'text.too-long', { indicator: { text: 'x'.repeat(2_049) } }],
    ['indicator.text', 'text.malformed', { indicator: { text: 'evil\u0000.com' } }],
    ['indicator.text', 'phone.region-needed', { indicator: { text: '030 123456', type: 'PHONE' } }],
  ])('refuses a wrong %s by the rule %s, without repeating the value', (field, rule, part) => {
    const refusal = parse(part);
    expect(refusal).toMatchObject({ fault: { field, rule } });
    expect(Object.keys((refusal as Rejected).fault).sort()).toEqual(['field', 'message', 'rule']);
    expect(JSON.stringify(refusal)).not.toMatch(/Microsoft|what is this|030 123456|yesterday/);
  });

  it.each<[string, Partial<ReportInput>]>([
    ['the shortest texts', { externalId: 'x', note: 'n', sourceReference: 's' }],
    ['the longest texts', { externalId: 'x'.repeat(200), note: 'n'.repeat(2_000), sourceReference: 's'.repeat(500) }],
    ['line breaks and emoji in a note', { note: 'first\r\nsecond\t😀' }],
    ['both ends of confidence', { confidence: 0 }],
    ['what was seen once', { firstSeen: new Date(now), lastSeen: new Date(now) }],
    ['a clock that runs ahead', { lastSeen: new Date(now + 23 * 3_600_000) }],
    ['as many brands as may be', brands(...many(20, 'x'.repeat(100)))],
    ['nothing where null may stand', { externalId: null, note: null, firstSeen: null, victimCount: null }],
  ])('takes %s', (_, part) => {
    expect(parse(part)).not.toBeInstanceOf(Rejected);
  });

  it('keeps the text as written beside the canonical value, and lists without repeats', () => {
    expect(
      good({ victimCountries: ['US', 'DE', 'US'], ...brands(' Norton', 'Norton') }, 'hxxps://evil[.]com/a'),
    ).toMatchObject({
      rawText: 'hxxps://evil[.]com/a',
      indicator: { type: 'URL' },
      victimCountries: ['DE', 'US'],
      brands: ['Norton'],
    });
  });

  it('is one report for each indicator without externalId, and for each externalId with one', () => {
    expect(good({}, 'EVIL[.]com').dedupeKey).toBe(good().dedupeKey);
    expect(good({}, 'other.com').dedupeKey).not.toBe(good().dedupeKey);
    expect(good({ externalId: 'a' }, 'other.com').dedupeKey).toBe(good({ externalId: 'a' }).dedupeKey);
    // No reference can be written so that it meets a report without one.
    expect(good({ externalId: good().dedupeKey.slice(2) }).dedupeKey).not.toBe(good().dedupeKey);
  });

  it('tells another content by its hash, and nothing by the audience', () => {
    const same = { audience: { organisations: [id], groups: [], everyone: false } };
    expect(good(same).contentHash).toEqual(good().contentHash);
    const parts: Partial<ReportInput>[] = [
      { externalId: 'x' },
      { role: 'SENDER' },
      { scamType: 'ROMANCE' },
      { confidence: 51 },
      { tlp: 'GREEN' },
      { firstSeen: new Date(now) },
      { lastSeen: new Date(now) },
      brands('x'),
      organisations(id),
      { source: 'TEST_CALL' },
      { sourceReference: 'x' },
      { victimCountries: ['DE'] },
      { victimCount: 'ONE' },
      { note: 'x' },
    ];
    const hashes = [good(), good({}, 'Evil.com'), good({}, 'other.com'), ...parts.map((part) => good(part))];
    expect(new Set(hashes.map(({ contentHash }) => contentHash.toString('hex'))).size).toBe(hashes.length);
  });

  it('derives the indicator’s id from the key, so that nobody else can compute it', () => {
    const other = parseReport(aReport('evil.com'), Buffer.alloc(32, 8), now);
    expect(other).toMatchObject({ indicator: good().indicator });
    expect(other).not.toMatchObject({ indicatorId: good().indicatorId });
  });
});
