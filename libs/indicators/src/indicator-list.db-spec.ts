import type { Actor, GroupId } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { aReport, aReportDesk, sharedWith } from './report-desk-under-spec.js';
import type { ReportFilterInput } from './report-filter.js';

describe('the list of indicators, filtered', () => {
  const database = aDatabase();
  let desk: Awaited<ReturnType<typeof aReportDesk>>;
  let bank: Actor;
  let shop: Actor;
  let group: GroupId;

  beforeAll(async () => {
    desk = await aReportDesk(database);
    [bank, shop] = [await anOrganisation(database), await anOrganisation(database)];
    group = await aGroup(database, [bank, shop]);
    const by = (actor: Actor, name: string, part: object = {}) =>
      desk.publish(actor, aReport(name, { audience: sharedWith(group), ...part }));
    await by(bank, 'old.com', { confidence: 90, externalId: 'first' });
    await by(bank, 'both.com', { confidence: 90 });
    await by(shop, 'both.com', { confidence: 10 });
    await by(shop, 'new.com', { confidence: 10 });
    await by(bank, 'old.com', { confidence: 80, externalId: 'second' });
    await by(bank, 'hidden.com', { audience: sharedWith(), confidence: 99 });
    await by(shop, 'hidden.com', { confidence: 10 });
  });

  const list = async (actor: Actor, filter: ReportFilterInput, first: number) => {
    const values: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page: Awaited<ReturnType<typeof desk.lists.list>> = await desk.lists.list(actor, { first, after }, filter);
      values.push(...page.edges.map(({ node }) => node.value));
      ({ endCursor: after, hasNextPage: more } = page.pageInfo);
    }
    return values;
  };

  it.each([1, 2, 10])(
    'holds every indicator with a visible report that matches, once, also where a newer one does not (pages of %i)',
    async (first) => {
      expect(await list(shop, { organisations: [bank.organisationId] }, first)).toEqual(['old.com', 'both.com']);
      expect(await list(shop, { minConfidence: 85 }, first)).toEqual(['both.com', 'old.com']);
      expect(await list(shop, { organisations: [shop.organisationId] }, first)).toEqual([
        'hidden.com',
        'new.com',
        'both.com',
      ]);
      expect(await list(bank, { minConfidence: 85 }, first)).toEqual(['hidden.com', 'both.com', 'old.com']);
    },
  );

  it('refuses texts that the database cannot compare, and an empty cursor', async () => {
    for (const [field, filter] of [
      ['filter.valuePrefix', { valuePrefix: 'a\u0000' }],
      ['filter.brands', { brands: ['a\u0000'] }],
    ] satisfies [string, ReportFilterInput][]) {
      await expect(desk.lists.reports(bank, { first: 1 }, filter)).rejects.toMatchObject({
        fault: { field, rule: 'text.control' },
      });
    }
    await expect(desk.lists.list(bank, { first: 1, after: '' }, null)).rejects.toMatchObject({
      fault: { field: 'after' },
    });
    const outcome = await desk.withdrawing.run(bank, {
      externalIds: ['a\u0000', 'first'],
      reason: 'MISTAKE',
      erase: false,
    });
    expect(outcome).toMatchObject([{ status: 'NOT_FOUND' }, { status: 'WITHDRAWN' }]);
  });
});
