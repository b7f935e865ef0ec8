import { Rejected } from '#kernel';
import { audienceKey, parseAudience, type AudienceInput } from './audience.js';

const [a, b] = ['01a2091a-1ff1-7ab1-afc9-2eb2eacace18', '01a2091a-2106-773d-b459-da5da8691664'];
const draft = (part: Partial<AudienceInput>): AudienceInput => ({
  organisations: [],
  groups: [],
  everyone: false,
  ...part,
});

describe('parseAudience', () => {
  it('makes one of two ways to write the same audience', () => {
    const grants = [draft({ organisations: [a, b, a] }), draft({ organisations: [b.toUpperCase(), a] })].map((d) =>
      parseAudience(d, 'AMBER', 'audience'),
    );
    expect(grants.map((g) => (g instanceof Rejected ? '' : audienceKey(g)))).toEqual([
      `false|${a},${b}|`,
      `false|${a},${b}|`,
    ]);
  });

  it.each([
    ['RED', { groups: [a] }, 'tlp.red'],
    ['RED', { everyone: true }, 'tlp.red'],
    ['AMBER', { everyone: true }, 'tlp.amber'],
    ['AMBER_STRICT', { everyone: true }, 'tlp.amber'],
    ['GREEN', { organisations: ['x'] }, 'audience.id'],
    ['GREEN', { groups: Array.from({ length: 101 }, () => a) }, 'audience.too-many'],
  ] as const)('refuses %s with %o by the rule %s', (tlp, part, rule) => {
    expect(parseAudience(draft(part as Partial<AudienceInput>), tlp, 'audience')).toMatchObject({
      fault: { field: 'audience', rule },
    });
  });

  it('lets GREEN go to everyone', () => {
    expect(parseAudience(draft({ everyone: true }), 'GREEN', 'audience')).toMatchObject({ everyone: true });
  });
});
