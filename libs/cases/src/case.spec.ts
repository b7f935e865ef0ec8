import { newId, Rejected } from '#kernel';
import { aCase } from './a-case-desk.js';
import { parseCase, type CaseStub } from './case.js';
import { parseInterest } from './interest.js';
import { parseLink } from './link.js';

const [a, b] = ['01a2091a-1ff1-7ab1-afc9-2eb2eacace18', '01a2091a-2106-773d-b459-da5da8691664'];
const key = Buffer.alloc(32, 7);

describe('parseCase', () => {
  it('tells cases apart by external id, and one without it from every other', () => {
    const keys = [aCase({ externalId: ' 7/23 ' }), aCase({ externalId: '7/23' }), aCase(), aCase()].map(
      (draft) => (parseCase(draft) as CaseStub).dedupeKey,
    );
    expect(keys.slice(0, 2)).toEqual(['x:7/23', 'x:7/23']);
    expect(new Set(keys).size).toBe(3);
  });

  it('hashes what the audience reads, and neither the audience nor the interests', () => {
    const hash = (draft: Parameters<typeof parseCase>[0]) => (parseCase(draft) as CaseStub).contentHash.toString('hex');
    const everyone = { organisations: [], groups: [], everyone: true };
    expect(hash(aCase({ audience: everyone, texts: ['evil.com'] }))).toBe(hash(aCase()));
    expect(hash(aCase({ phase: 'CLOSED' }))).not.toBe(hash(aCase()));
  });

  it.each([
    [{ contact: '  ' }, 'contact', 'text.empty'],
    [{ contact: 'x'.repeat(501) }, 'contact', 'text.too-long'],
    [{ contact: 'a\u0000b' }, 'contact', 'text.malformed'],
    [{ contact: 'a\ud800b' }, 'contact', 'text.malformed'],
    [{ externalId: '' }, 'externalId', 'text.empty'],
    [{ tlp: 'AMBER' as const, audience: { organisations: [], groups: [], everyone: true } }, 'audience', 'tlp.amber'],
  ])('refuses %j in %s by the rule %s', (part, field, rule) => {
    expect(parseCase(aCase(part))).toMatchObject({ fault: { field, rule } });
  });
});

describe('parseInterest', () => {
  it('gives two ways to write one thing the same id, and the id does not show it', () => {
    const ids = ['hxxps://evil[.]com/a', 'evil.com/a'].map((text) => {
      const read = parseInterest(key, { text });
      return read instanceof Rejected ? read.fault.rule : read.indicatorId;
    });
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8/);
    expect(ids[1]).toBe(ids[0]);
  });

  it('says which rule a text breaks', () => {
    expect(parseInterest(key, { text: 'hello' })).toMatchObject({ fault: { field: 'text', rule: 'type.unclear' } });
  });
});

describe('parseLink', () => {
  const draft = { a, b, evidence: 'same number', strength: 80 };

  it('puts the two cases in one order', () => {
    expect(parseLink({ ...draft, a: b.toUpperCase(), b: a })).toMatchObject({ cases: [a, b] });
  });

  it('does not look for a case under an id that none can have', () => {
    expect(parseLink({ ...draft, a: 'x' })).toMatchObject({ cases: undefined });
  });

  it.each([
    [{ b: a.toUpperCase() }, 'b', 'link.itself'],
    [{ strength: 101 }, 'strength', 'strength.range'],
    [{ strength: -1 }, 'strength', 'strength.range'],
    [{ evidence: 'x'.repeat(2_001), a: newId() }, 'evidence', 'text.too-long'],
    [{ evidence: ' ' }, 'evidence', 'text.empty'],
  ])('refuses %j in %s by the rule %s', (part, field, rule) => {
    expect(parseLink({ ...draft, ...part })).toMatchObject({ fault: { field, rule } });
  });
});
