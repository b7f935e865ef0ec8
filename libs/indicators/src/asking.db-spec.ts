import { BadInput, type Actor, type GroupId } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { aReport, aReportDesk, sharedWith } from './report-desk-under-spec.js';
import type { ReportFilterInput } from './report-filter.js';

describe('asking for reports and indicators', () => {
  const database = aDatabase();
  let desk: Awaited<ReturnType<typeof aReportDesk>>;
  let bank: Actor;
  let shop: Actor;
  let outsider: Actor;
  let group: GroupId;
  let inner: GroupId;

  beforeAll(async () => {
    desk = await aReportDesk(database);
    [bank, shop, outsider] = [
      await anOrganisation(database),
      await anOrganisation(database),
      await anOrganisation(database),
    ];
    group = await aGroup(database, [bank, shop]);
    inner = await aGroup(database, [bank]);
    for (let index = 0; index < 30; index++) {
      const audience = index % 3 === 0 ? sharedWith(inner) : sharedWith(group);
      await desk.publish(
        bank,
        aReport(`site-${index}.com`, { audience, confidence: index, scamType: index % 2 ? 'PHISHING' : 'REFUND' }),
      );
    }
    await desk.publish(
      shop,
      aReport('site-1.com', {
        audience: sharedWith(group),
        role: 'SENDER',
        impersonates: { organisations: [], brands: ['Contoso', 'Élan'] },
      }),
    );
    await desk.publish(
      bank,
      aReport('+1 (888) 872‑8010', { audience: sharedWith(group), firstSeen: new Date('2026-01-01') }),
    );
  });

  const allReports = async (actor: Actor, first: number, filter?: ReportFilterInput) => {
    const values: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof desk.lists.reports>> = await desk.lists.reports(
        actor,
        { first, after },
        filter,
      );
      values.push(...page.edges.map(({ node }) => node.value));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    return values;
  };
  const allIndicators = async (actor: Actor, first: number) => {
    const values: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof desk.lists.list>> = await desk.lists.list(actor, { first, after }, null);
      values.push(...page.edges.map(({ node }) => node.value));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    return values;
  };

  it.each([1, 7, 31, 500])(
    'pages reports by %i, newest first, each exactly once, for a wide and a narrow viewer',
    async (first) => {
      const visibleTo = async (hidden: (index: number) => boolean) => {
        const rows = await database.sql<{ value: string }>('select value from report order by id desc');
        return rows
          .map(({ value }) => value)
          .filter((value) => !(value.startsWith('site-') && hidden(Number(value.slice(5, -4)))));
      };
      expect(await allReports(bank, first)).toEqual(await visibleTo(() => false));
      expect(await allReports(shop, first)).toEqual(await visibleTo((index) => index % 3 === 0));
      expect(await allReports(outsider, first)).toEqual([]);
    },
  );

  it('lists each indicator once, however many report it, by its newest visible report', async () => {
    const values = await allIndicators(shop, 4);
    expect(values).toHaveLength(new Set(values).size);
    expect(values.slice(0, 2)).toEqual(['+18888728010', 'site-1.com']);
    expect(values).toHaveLength(21);
    expect(await allIndicators(outsider, 4)).toEqual([]);
  });

  it('counts only what the asker may see', async () => {
    await desk.publish(bank, aReport('counted.com', { externalId: 'c1', audience: sharedWith(inner) }));
    await desk.publish(bank, aReport('counted.com', { externalId: 'c2', audience: sharedWith(group) }));
    const counts = [];
    for (const actor of [bank, shop])
      counts.push((await desk.lookUp.run(actor, ['counted.com'], null, null))[0]?.indicator?.reportCount);
    expect(counts).toEqual([2, 1]);
  });

  it.each([
    [{ scamTypes: ['PHISHING'], minConfidence: 25 }, ['site-29.com', 'site-27.com', 'site-25.com']],
    [{ valuePrefix: 'site-2', minConfidence: 27 }, ['site-29.com', 'site-28.com', 'site-27.com']],
    [{ roles: ['SENDER'] }, ['site-1.com']],
    [{ brands: ['CONTOSO'] }, ['site-1.com']],
    [{ brands: ['éLAN'] }, ['site-1.com']],
    [{ indicatorTypes: ['PHONE'] }, ['+18888728010']],
    [{ indicatorTypes: ['BITCOIN'] }, []],
  ])('filters by %j', async (filter, values) => {
    expect(await allReports(bank, 2, filter)).toEqual(values);
  });

  it('filters by organisation, and by one that is hidden as by one that does not exist', async () => {
    expect(await allReports(bank, 10, { organisations: [shop.organisationId] })).toEqual(['site-1.com']);
    expect(await allReports(outsider, 10, { organisations: [bank.organisationId] })).toEqual([]);
  });

  it('shows an owner its own reference and text, and nobody else', async () => {
    await desk.publish(
      bank,
      aReport('hxxp://owner[.]com/x', { externalId: 'internal-case-7', audience: sharedWith(group) }),
    );
    const shown = async (actor: Actor) => (await desk.lists.reports(actor, { first: 1 }, null)).edges[0]?.node;
    expect(await shown(bank)).toMatchObject({
      mine: true,
      externalId: 'internal-case-7',
      rawText: 'hxxp://owner[.]com/x',
    });
    expect(await shown(shop)).toMatchObject({ mine: false, externalId: null, rawText: null, batchId: null });
  });

  it('looks texts up as really written, and names what it cannot read by its place', async () => {
    const rows = await desk.lookUp.run(
      shop,
      ['+1 (888) 872\u20118010', 'hxxps://site-1[.]com/', 'SITE-1[.]COM', 'no such thing', 'site-0.com'],
      null,
      null,
    );
    expect(rows.map(({ status, error }) => [status, error?.field])).toEqual([
      ['FOUND', undefined],
      ['NOT_FOUND', undefined],
      ['FOUND', undefined],
      ['REJECTED', 'texts.3'],
      ['NOT_FOUND', undefined],
    ]);
    expect(rows[2]?.indicator?.organisations.map(({ id }) => id).sort()).toEqual(
      [bank.organisationId, shop.organisationId].sort(),
    );
  });

  it('answers a hidden value and one that nobody reports alike', async () => {
    const [hidden, absent] = await desk.lookUp.run(outsider, ['site-1.com', 'nobody-reports.com'], null, null);
    expect(hidden).toEqual(Object.assign({}, absent, { index: 0 }));
    const { first } = await desk.publish(bank, aReport('by-id.com', { audience: sharedWith(group) }));
    expect(await desk.lookUp.byId(shop, first.indicatorId ?? '')).toMatchObject({ value: 'by-id.com' });
    for (const id of [first.indicatorId ?? '', '01a2091a-1ff1-8ab1-afc9-2eb2eacace18', 'rubbish']) {
      expect(await desk.lookUp.byId(outsider, id)).toBeNull();
    }
  });

  it.each([
    ['first', 'page.size', () => desk.lists.reports(bank, { first: 501 }, null)],
    ['after', 'cursor.unreadable', () => desk.lists.reports(bank, { first: 1, after: 'rubbish' }, null)],
    [
      'texts',
      'list.size',
      () =>
        desk.lookUp.run(
          bank,
          Array.from({ length: 1_001 }, () => 'x.com'),
          null,
          null,
        ),
    ],
    ['filter.organisations', 'id.form', () => desk.lists.reports(bank, { first: 1 }, { organisations: ['x'] })],
  ])('refuses a wrong %s by the rule %s', async (field, rule, ask) => {
    const refusal: unknown = await ask().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(BadInput);
    expect(refusal).toMatchObject({ fault: { field, rule } });
  });

  it('takes no cursor of another organisation or another list', async () => {
    const { pageInfo } = await desk.lists.reports(bank, { first: 1 }, null);
    await expect(desk.lists.reports(shop, { first: 1, after: pageInfo.endCursor }, null)).rejects.toThrow(BadInput);
    await expect(desk.lists.list(bank, { first: 1, after: pageInfo.endCursor }, null)).rejects.toThrow(BadInput);
  });
});
