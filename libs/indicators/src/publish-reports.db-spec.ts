import { conflict } from '#database';
import { newId, Rejected, type Actor, type GroupId, type OrganisationId } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { aReport, aReportDesk, sharedWith } from './report-desk-under-spec.js';

describe('publishing reports', () => {
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
  const count = async (table: string) =>
    (await database.sql<{ n: string }>(`select count(*) as n from ${table}`))[0]?.n;
  const nothingWritten = async (work: () => Promise<unknown>) => {
    const tables = ['report', 'event_body', 'outbox', 'audience', 'audience_publisher'];
    const before = await Promise.all(tables.map(count));
    await work();
    expect(await Promise.all(tables.map(count))).toEqual(before);
  };

  it('answers row by row, and one bad row never spoils the others', async () => {
    const { rows, batchId } = await desk.publish(
      bank,
      aReport('good.com', { audience: sharedWith(group) }),
      aReport('not an indicator'),
      aReport('bad-date.com', { firstSeen: new Date('nonsense') }),
      aReport('+1 888 872 8010', { confidence: 101 }),
      aReport('also-good.com'),
    );
    expect(rows.map(({ status, error }) => [status, error?.field])).toEqual([
      ['ACCEPTED', undefined],
      ['REJECTED', 'indicator.text'],
      ['REJECTED', 'firstSeen'],
      ['REJECTED', 'confidence'],
      ['ACCEPTED', undefined],
    ]);
    expect(batchId).not.toBeNull();
    expect((await desk.feed(shop)).map(({ payload }) => payload).join()).toContain('good.com');
  });

  it('takes the same thing however it is written for one indicator', async () => {
    const ways = ['hxxps://evil[.]com/a', 'http://evil.com/a', 'evil.com/a'];
    const ids = [];
    for (const [index, text] of ways.entries())
      ids.push((await desk.publish(bank, aReport(text, { externalId: `way-${index}` }))).first.indicatorId);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8/);
  });

  it('updates under one externalId, and says so when nothing changed', async () => {
    const first = await desk.publish(bank, aReport('versions.com', { externalId: 'v' }));
    const same = await desk.publish(bank, aReport('versions.com', { externalId: 'v' }));
    const changed = await desk.publish(bank, aReport('versions.com', { externalId: 'v', confidence: 90 }));
    expect(same).toMatchObject({
      batchId: null,
      first: { status: 'UNCHANGED', reportId: first.first.reportId, version: 1 },
    });
    expect(changed.first).toMatchObject({ status: 'ACCEPTED', reportId: first.first.reportId, version: 2 });
    const types = (await desk.feed(bank))
      .filter(({ subjectId }) => subjectId === first.first.reportId)
      .map(({ type }) => type);
    expect(types).toEqual(['report.published', 'report.updated']);
  });

  it('keeps one report for each indicator where there is no externalId', async () => {
    const first = await desk.publish(bank, aReport('only-one.com'));
    const again = await desk.publish(bank, aReport('ONLY-ONE[.]com', { scamType: 'PHISHING' }));
    expect(again.first.reportId).toBe(first.first.reportId);
  });

  it('writes a literal repetition within a call once, and refuses a contradiction', async () => {
    const { rows } = await desk.publish(
      bank,
      aReport('twice.com'),
      aReport('twice.com'),
      aReport('twice.com', { confidence: 1 }),
    );
    expect(rows.map(({ status, error }) => [status, error?.rule])).toEqual([
      ['ACCEPTED', undefined],
      ['UNCHANGED', undefined],
      ['REJECTED', 'row.repeated'],
    ]);
    expect(rows[1]?.reportId).toBe(rows[0]?.reportId);
  });

  it('makes a retry under one idempotency key harmless, and the same key with other content a conflict', async () => {
    const call = { reports: [aReport('idempotent.com')], idempotencyKey: 'once', validateOnly: false };
    const first = await desk.publishing.run(bank, call);
    await nothingWritten(async () => {
      expect(await desk.publishing.run(bank, call)).toEqual(first);
      expect(await desk.publishing.run(bank, { ...call, reports: [aReport('other.com')] })).toBe(conflict);
    });
    expect(await desk.publishing.run(shop, { ...call, reports: [aReport('other.com')] })).toMatchObject({
      rows: [{ status: 'ACCEPTED' }],
    });
  });

  it('answers two calls with one idempotency key at the same moment alike, and writes once', async () => {
    const call = { reports: [aReport('race.com')], idempotencyKey: 'race', validateOnly: false };
    const answers = await Promise.all(Array.from({ length: 6 }, () => desk.publishing.run(bank, call)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await database.sql(`select 1 from report where value = 'race.com'`)).toHaveLength(1);
  });

  it('makes one report of eight calls that publish under one externalId at the same moment', async () => {
    const calls = Array.from({ length: 8 }, (_, index) =>
      desk.publish(bank, aReport('crowd.com', { externalId: 'crowd', confidence: index })),
    );
    const ids = (await Promise.all(calls)).map(({ first }) => first.reportId);
    expect(new Set(ids).size).toBe(1);
    const [row] = await database.sql<{ version: number }>(`select version from report where external_id = 'crowd'`);
    expect(row?.version).toBe(8);
    const events = (await desk.feed(bank)).filter(({ subjectId }) => subjectId === ids[0]);
    expect(events.map(({ payload }) => (JSON.parse(payload) as { data: { version: number } }).data.version)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);
  });

  it('publishes overlapping batches at the same moment without one waiting for another for ever', async () => {
    const texts = Array.from({ length: 60 }, (_, index) => `overlap-${index}.com`);
    const batch = (confidence: number, order: readonly string[]) =>
      desk.publish(bank, ...order.map((text) => aReport(text, { confidence })));
    await batch(0, texts);
    await Promise.all([batch(1, texts), batch(2, texts.toReversed()), batch(3, texts), batch(4, texts.toReversed())]);
    expect(await database.sql(`select 1 from report where value like 'overlap-%'`)).toHaveLength(60);
  });

  it('writes nothing when it only validates, and answers as if it had', async () => {
    await desk.publish(bank, aReport('standing.com', { externalId: 'standing' }));
    await nothingWritten(async () => {
      const reports = [
        aReport('standing.com', { externalId: 'standing' }),
        aReport('new.com', { audience: { organisations: [shop.organisationId], groups: [], everyone: false } }),
        aReport('?'),
      ];
      const answer = await desk.publishing.run(bank, { reports, validateOnly: true, idempotencyKey: 'validating' });
      expect(answer).toMatchObject({
        batchId: null,
        rows: [{ status: 'UNCHANGED' }, { status: 'ACCEPTED', reportId: null }, { status: 'REJECTED' }],
      });
    });
  });

  it.each([
    ['reports', 'batch.size', { reports: [] }],
    ['reports', 'batch.size', { reports: Array.from({ length: 10_001 }, () => aReport('many.com')) }],
    ['idempotencyKey', 'text.length', { reports: [aReport('key.com')], idempotencyKey: 'k'.repeat(201) }],
    ['idempotencyKey', 'text.length', { reports: [aReport('key.com')], idempotencyKey: '' }],
  ])('refuses a whole call, naming %s and %s', async (field, rule, call) => {
    await nothingWritten(async () => {
      const refusal = await desk.publishing.run(bank, { validateOnly: false, ...call });
      expect(refusal).toBeInstanceOf(Rejected);
      expect(refusal).toMatchObject({ fault: { field, rule } });
    });
  });

  describe('to an audience', () => {
    it('answers one that names somebody hidden as one that names nobody', async () => {
      const secretGroup = await aGroup(database, [outsider]);
      const [hidden, absent] = [outsider.organisationId, newId() as OrganisationId];
      await nothingWritten(async () => {
        const answers = [];
        for (const audience of [
          { organisations: [hidden], groups: [], everyone: false },
          { organisations: [absent], groups: [], everyone: false },
          { organisations: [], groups: [secretGroup], everyone: false },
          { organisations: [], groups: [newId()], everyone: false },
        ]) {
          answers.push((await desk.publish(bank, aReport('to-whom.com', { audience }))).first);
        }
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
        expect(answers[0]).toMatchObject({
          status: 'REJECTED',
          error: { field: 'audience', rule: 'audience.unknown' },
        });
      });
    });

    it('answers a scam that impersonates somebody hidden as one that impersonates nobody', async () => {
      const answers = [];
      for (const id of [outsider.organisationId, newId()]) {
        answers.push(
          (await desk.publish(bank, aReport('fake.com', { impersonates: { organisations: [id], brands: [] } }))).first,
        );
      }
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]).toMatchObject({ status: 'REJECTED', error: { rule: 'organisation.unknown' } });
    });

    it('shows an impersonated organisation to readers who know it, and in no event', async () => {
      const partner = await anOrganisation(database);
      const other = await anOrganisation(database);
      await aGroup(database, [bank, partner, other]);
      const impersonates = { organisations: [partner.organisationId], brands: ['Contoso'] };
      const audience = {
        organisations: [shop.organisationId, other.organisationId],
        groups: [],
        everyone: false,
      };
      const { first } = await desk.publish(bank, aReport('impersonates.com', { impersonates, audience }));
      const shownTo = async (actor: Actor) => {
        const page = await desk.lists.reports(actor, { first: 1 }, { valuePrefix: 'impersonates.com' });
        return page.edges.map(({ node }) => node.impersonatedOrganisations);
      };
      expect(await shownTo(bank)).toEqual([[partner.organisationId]]);
      expect(await shownTo(other)).toEqual([[partner.organisationId]]);
      expect(await shownTo(shop)).toEqual([[]]);
      const told = (await desk.feed(shop)).find(({ subjectId }) => subjectId === first.reportId);
      expect(told?.payload).toContain('Contoso');
      expect(told?.payload).not.toContain(partner.organisationId);
    });

    it('makes the publisher known to nobody by a row that impersonates somebody hidden', async () => {
      const newcomer = await anOrganisation(database);
      const everyone = { organisations: [], groups: [], everyone: true };
      const impersonating = (...organisations: string[]) =>
        aReport('known-by.com', { tlp: 'GREEN', audience: everyone, impersonates: { organisations, brands: [] } });
      const isKnown = async () =>
        (
          await desk.db.as(outsider, (tx) =>
            tx.query<unknown[]>('select 1 from organisation where id = $1', [newcomer.organisationId]),
          )
        ).length === 1;
      expect((await desk.publish(newcomer, impersonating(newId()))).first.status).toBe('REJECTED');
      expect(await isKnown()).toBe(false);
      await desk.publish(newcomer, impersonating());
      expect(await isKnown()).toBe(true);
    });

    it('always includes the publisher, and nobody who is not named', async () => {
      const { first } = await desk.publish(
        bank,
        aReport('direct.com', { audience: { organisations: [shop.organisationId], groups: [], everyone: false } }),
      );
      const seenBy = async (actor: Actor) =>
        (await desk.feed(actor)).some(({ subjectId }) => subjectId === first.reportId);
      expect([await seenBy(bank), await seenBy(shop), await seenBy(outsider)]).toEqual([true, true, false]);
    });

    it('lets another organisation say what a hidden report says, as its own new report', async () => {
      const hidden = await desk.publish(
        bank,
        aReport('said-twice.com', { externalId: 'same-reference', audience: sharedWith(group) }),
      );
      const own = await desk.publish(outsider, aReport('said-twice.com', { externalId: 'same-reference' }));
      const fresh = await desk.publish(outsider, aReport('said-once.com', { externalId: 'other-reference' }));
      expect(own.first).toMatchObject({ status: 'ACCEPTED', version: 1, error: null });
      expect(own.first.reportId).not.toBe(hidden.first.reportId);
      expect(Object.keys(own.first)).toEqual(Object.keys(fresh.first));
      const [seen] = await desk.lookUp.run(outsider, ['said-twice.com'], null, null);
      expect(seen?.indicator).toMatchObject({ reportCount: 1, organisations: [{ id: outsider.organisationId }] });
    });
  });
});
