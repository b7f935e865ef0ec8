import type { Actor, GroupId } from '#kernel';
import { Rejected } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { aReport, aReportDesk, sharedWith } from './report-desk-under-spec.js';
import { noSuchBatch, type WithdrawalOutcome } from './withdraw-reports.js';
import type { WithdrawReportsInput } from './report-input.types.js';

describe('withdrawing reports', () => {
  const database = aDatabase();
  let desk: Awaited<ReturnType<typeof aReportDesk>>;
  let bank: Actor;
  let shop: Actor;
  let outsider: Actor;
  let group: GroupId;

  beforeAll(async () => {
    desk = await aReportDesk(database);
    [bank, shop, outsider] = [
      await anOrganisation(database),
      await anOrganisation(database),
      await anOrganisation(database),
    ];
    group = await aGroup(database, [bank, shop]);
  });

  const withdraw = async (actor: Actor, input: Partial<WithdrawReportsInput>): Promise<WithdrawalOutcome[]> => {
    const outcome = await desk.withdrawing.run(actor, { reason: 'MISTAKE', erase: false, ...input });
    if (outcome instanceof Rejected || outcome === noSuchBatch) throw new Error('the whole call was refused');
    return outcome;
  };
  const statuses = (outcomes: readonly WithdrawalOutcome[]) => outcomes.map(({ status }) => status);
  const eventsAbout = async (actor: Actor, id: string | null) =>
    (await desk.feed(actor)).filter(({ subjectId }) => subjectId === id);

  it('takes a whole batch back in one call and tells everybody who had it, by ids only', async () => {
    const batch = await desk.publish(
      bank,
      aReport('batch-one.com', { audience: sharedWith(group) }),
      aReport('batch-two.com', { audience: sharedWith(group) }),
      aReport('not an indicator'),
    );
    const outcomes = await withdraw(bank, { batchId: batch.batchId ?? '' });
    expect(statuses(outcomes)).toEqual(['WITHDRAWN', 'WITHDRAWN']);

    const events = await eventsAbout(shop, batch.first.reportId);
    expect(events.map(({ type }) => type)).toEqual(['report.published', 'report.withdrawn']);
    expect(events.map(({ payload }) => payload).join()).not.toContain('batch-one');
    expect(await desk.feed(outsider)).toEqual([]);
    expect((await desk.lookUp.run(shop, ['batch-one.com'], null, null))[0]).toMatchObject({
      status: 'NOT_FOUND',
      indicator: null,
    });
  });

  it('tells those too who want events about one brand, however the publisher wrote it', async () => {
    const impersonates = { organisations: [], brands: [' Société\u00a0ÉLAN '] };
    const { first } = await desk.publish(bank, aReport('brand.com', { audience: sharedWith(group), impersonates }));
    await withdraw(bank, { ids: [first.reportId ?? ''] });
    const told = async (brand: string) => {
      const events = await desk.feed(shop, { brands: [brand], eventTypes: ['REPORT_PUBLISHED', 'REPORT_WITHDRAWN'] });
      return events.map(({ type }) => type);
    };
    expect(await told('société élan')).toEqual(['report.published', 'report.withdrawn']);
    expect(await told('contoso')).toEqual([]);
  });

  it('sends the content of a withdrawn report as a tombstone that names it and nothing else', async () => {
    const { first } = await desk.publish(bank, aReport('tombstone.com', { audience: sharedWith(group) }));
    await withdraw(bank, { ids: [first.reportId ?? ''] });
    const [published] = await eventsAbout(shop, first.reportId);
    expect(JSON.parse(published?.payload ?? '')).toEqual({
      type: 'report.published',
      data: { id: first.reportId, withdrawn: true },
    });
  });

  it('answers by externalId and by id in the order asked, and a repetition as unchanged', async () => {
    const { first } = await desk.publish(bank, aReport('order.com', { externalId: 'order-1' }));
    expect(statuses(await withdraw(bank, { externalIds: ['nobody-has-this', 'order-1'] }))).toEqual([
      'NOT_FOUND',
      'WITHDRAWN',
    ]);
    expect(statuses(await withdraw(bank, { ids: [first.reportId ?? ''] }))).toEqual(['UNCHANGED']);
  });

  it('does not tell another organisation’s report or batch from one that does not exist', async () => {
    const { first, batchId } = await desk.publish(
      bank,
      aReport('mine.com', { externalId: 'mine', audience: sharedWith(group) }),
    );
    const absent = '01a2091a-1ff1-7ab1-afc9-2eb2eacace18';
    for (const actor of [shop, outsider]) {
      expect(statuses(await withdraw(actor, { ids: [first.reportId ?? '', absent] }))).toEqual([
        'NOT_FOUND',
        'NOT_FOUND',
      ]);
      expect(statuses(await withdraw(actor, { externalIds: ['mine'] }))).toEqual(['NOT_FOUND']);
      for (const batch of [batchId ?? '', absent]) {
        expect(await desk.withdrawing.run(actor, { batchId: batch, reason: 'MISTAKE', erase: true })).toBe(noSuchBatch);
      }
    }
    expect((await eventsAbout(bank, first.reportId)).map(({ type }) => type)).toEqual(['report.published']);
  });

  it.each([
    ['input', 'selection.one', {}],
    ['input', 'selection.one', { ids: [], externalIds: ['x'] }],
    ['ids', 'batch.size', { ids: [] }],
    ['ids', 'id.form', { ids: ['not-a-uuid'] }],
    ['batchId', 'id.form', { batchId: 'not-a-uuid' }],
    ['externalIds', 'batch.size', { externalIds: Array.from({ length: 10_001 }, String) }],
  ] as [string, string, Partial<WithdrawReportsInput>][])(
    'refuses a selection, naming %s and %s',
    async (field, rule, input) => {
      const refusal = await desk.withdrawing.run(bank, { reason: 'OTHER', erase: false, ...input });
      expect(refusal).toMatchObject({ fault: { field, rule } });
    },
  );

  it('brings a withdrawn report back as a new one when it is published again', async () => {
    const report = aReport('phoenix.com', { externalId: 'phoenix', audience: sharedWith(group) });
    const { first } = await desk.publish(bank, report);
    await withdraw(bank, { externalIds: ['phoenix'] });
    const again = await desk.publish(bank, report);
    expect(again.first).toMatchObject({ status: 'ACCEPTED', reportId: first.reportId, version: 2 });
    const events = await eventsAbout(shop, first.reportId);
    expect(events.map(({ type }) => type)).toEqual(['report.published', 'report.withdrawn', 'report.published']);
    expect(events.map(({ payload }) => payload.includes('phoenix.com'))).toEqual([false, false, true]);
  });

  it('erases value, raw text, note and bodies from the whole database, and leaves the leaves of the log', async () => {
    const secret = 'unspeakable-name';
    const { first, batchId } = await desk.publish(
      bank,
      aReport(`hxxps://${secret}[.]com/path`, {
        externalId: 'erase-me',
        note: `about ${secret}`,
        sourceReference: `seen at ${secret}`,
        audience: sharedWith(group),
      }),
    );
    await desk.publish(
      bank,
      aReport(`hxxps://${secret}[.]com/path`, {
        externalId: 'erase-me',
        note: `more on ${secret}`,
        audience: sharedWith(group),
      }),
    );
    const before = await leavesOf(first.reportId);
    expect(before).toHaveLength(2);

    expect(statuses(await withdraw(bank, { batchId: batchId ?? '', erase: true }).catch(() => []))).toEqual([]); // the update moved it on
    expect(statuses(await withdraw(bank, { externalIds: ['erase-me'], erase: true }))).toEqual(['ERASED']);
    expect(await tablesThatHold(secret)).toEqual([]);
    expect((await leavesOf(first.reportId)).slice(0, 2)).toEqual(before);
    expect(
      await database.sql(
        `select 1 from event_body b join feed f using (event_id) where f.subject_id = $1 and f.type <> 'report.withdrawn' and (b.nonce is not null or b.erased_at is null)`,
        [first.reportId],
      ),
    ).toEqual([]);
  });

  it('erases a report that was only withdrawn before', async () => {
    await desk.publish(bank, aReport('late-regret.com', { externalId: 'late' }));
    await withdraw(bank, { externalIds: ['late'] });
    expect(statuses(await withdraw(bank, { externalIds: ['late'], erase: true }))).toEqual(['ERASED']);
    await desk.feed(bank);
    expect(await tablesThatHold('late-regret')).toEqual([]);
  });

  const leavesOf = async (subject: string | null) => {
    await desk.feed(bank);
    return database.sql<{ leaf: Buffer }>('select leaf from feed where subject_id = $1 order by seq', [subject]);
  };

  /** Every table and partition, as text. */
  async function tablesThatHold(text: string): Promise<string[]> {
    const tables = await database.sql<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname in ('public', 'app_private')`,
    );
    const holding: string[] = [];
    for (const { name } of tables) {
      const [row] = await database.sql<{ held: boolean }>(
        `select exists (select 1 from ${name} t where t::text like '%' || $1 || '%') as held`,
        [text],
      );
      if (row?.held) holding.push(name);
    }
    return holding;
  }
});
