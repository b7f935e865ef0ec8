import { conflict, type Db } from '#database';
import { newId, type Actor } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { aCase, aCaseDesk, sharedWith } from './a-case-desk.js';

describe('publishing cases', () => {
  const database = aDatabase();
  let db: Db;
  let desk: ReturnType<typeof aCaseDesk>;
  let police: Actor;
  let company: Actor;
  let telco: Actor;
  beforeAll(async () => {
    db = await database.db('api');
    desk = aCaseDesk(db, database.secret);
    await database.sql('select app.prepare_feed_partitions()');
    police = await anOrganisation(database, { name: 'Cyber Police', kind: 'LAW_ENFORCEMENT' });
    company = await anOrganisation(database, { name: 'Software Co' });
    telco = await anOrganisation(database, { name: 'Telco' });
    await aGroup(database, [police, company]);
  });

  const told = async (actor: Actor) => {
    await database.sql('select * from app.sequence_batch(10000, 0)');
    return desk.told(actor);
  };
  const since = async (actor: Actor, work: () => Promise<unknown>): Promise<string[]> => {
    const before = (await told(actor)).length;
    await work();
    return (await told(actor)).slice(before);
  };
  const interestsOf = async (caseId: string) =>
    (await database.sql('select value from case_interest where case_id = $1 order by value', [caseId])).map(
      ({ value }) => value as string,
    );

  it('answers case by case and interest by interest: nothing bad spoils its neighbours', async () => {
    const rows = await desk.publishAll(
      police,
      aCase({ texts: ['+1 (888) 872-8010', 'hello', 'tel:+18888728010', 'evil.com'] }),
      aCase({ contact: '' }),
      aCase({ audience: sharedWith(telco) }),
      aCase({ externalId: 'twice' }),
      aCase({ externalId: 'twice', phase: 'COURT' }),
    );
    expect(rows.map(({ status, error }) => [status, error?.rule])).toEqual([
      ['ACCEPTED', undefined],
      ['REJECTED', 'text.empty'],
      ['REJECTED', 'audience.unknown'],
      ['ACCEPTED', undefined],
      ['REJECTED', 'row.repeated'],
    ]);
    const [first] = rows;
    expect(first?.interests.map(({ status, error }) => [status, error?.rule])).toEqual([
      ['ACCEPTED', undefined],
      ['REJECTED', 'type.unclear'],
      ['UNCHANGED', undefined],
      ['ACCEPTED', undefined],
    ]);
    expect(first?.interests[2]?.indicatorId).toBe(first?.interests[0]?.indicatorId);
    expect(await interestsOf(first?.caseId ?? '')).toEqual(['+18888728010', 'evil.com']);
  });

  it('refuses an audience that is unknown to the asker like one that does not exist', async () => {
    const nobody = { ...telco, organisationId: newId() as Actor['organisationId'] };
    const [hidden, absent] = await desk.publishAll(
      police,
      aCase({ audience: sharedWith(telco) }),
      aCase({ audience: sharedWith(nobody) }),
    );
    expect({ ...hidden, index: 0 }).toEqual({ ...absent, index: 0 });
  });

  it('updates under the same external id, and knows when nothing is new', async () => {
    const draft = aCase({ externalId: 'u1', audience: sharedWith(company), texts: ['a.example.com', 'b.example.com'] });
    const [first] = await desk.publishAll(police, draft);
    const [again] = await desk.publishAll(police, draft);
    expect(again).toMatchObject({ status: 'UNCHANGED', caseId: first?.caseId, version: 1 });
    expect(again?.interests.map(({ status }) => status)).toEqual(['UNCHANGED', 'UNCHANGED']);

    const events = await since(company, async () => {
      const [updated] = await desk.publishAll(police, { ...draft, phase: 'CHARGED' });
      expect(updated).toMatchObject({ status: 'ACCEPTED', caseId: first?.caseId, version: 2 });
    });
    expect(events).toEqual([`case.updated ${first?.caseId ?? ''}`]);
  });

  it('replaces interests that are given and leaves them alone when they are not', async () => {
    const draft = aCase({ externalId: 'u2', audience: sharedWith(company) });
    const id = await desk.publishOne(police, { ...draft, ...aCase({ texts: ['a.example.com', 'b.example.com'] }) });
    await desk.publishAll(police, { ...draft, interests: null, phase: 'COURT' });
    expect(await interestsOf(id)).toEqual(['a.example.com', 'b.example.com']);

    const [row] = await desk.publishAll(police, {
      ...draft,
      phase: 'COURT',
      interests: [{ text: 'b.example.com' }, { text: 'c.example.com' }],
    });
    expect(row?.interests.map(({ status }) => status)).toEqual(['UNCHANGED', 'ACCEPTED']);
    expect(await interestsOf(id)).toEqual(['b.example.com', 'c.example.com']);
    await desk.publishAll(police, { ...draft, phase: 'COURT', interests: [] });
    expect(await interestsOf(id)).toEqual([]);
  });

  it('tells the audience of the stub, never of what the case looks for, and an outsider nothing', async () => {
    const id = await desk.publishOne(
      police,
      aCase({ audience: sharedWith(company), contact: 'desk 4', texts: ['secret-find.example.com'] }),
    );
    expect((await told(company)).at(-1)).toBe(`case.published ${id}`);
    expect(await told(telco)).toEqual([]);
    const [{ body } = { body: '' }] = await database.sql<{ body: string }>(
      'select b.body from feed f join event_body b using (event_id) where f.subject_id = $1',
      [id],
    );
    expect(JSON.parse(body)).toMatchObject({
      type: 'case.published',
      data: { id, organisation: { name: 'Cyber Police' }, scheme: 'TECH_SUPPORT', contact: 'desk 4' },
    });
    expect(body).not.toContain('secret-find');
  });

  it('tells those who lose or gain sight when the audience changes, and each only once', async () => {
    const draft = aCase({ externalId: 'u3', texts: ['move.example.com'] });
    const id = await desk.publishOne(police, draft);
    const publish = (audience: typeof draft.audience) => desk.publishAll(police, { ...draft, audience });

    expect(await since(company, () => publish(sharedWith(company)))).toEqual([
      `case.published ${id}`,
      `case.shared ${id}`,
    ]);
    const before = await told(company);
    await publish(sharedWith());
    expect(await told(company)).toEqual([...before.filter((one) => !one.endsWith(id)), `case.withdrawn ${id}`]);
    expect(await desk.lists.one(company, id)).toBeUndefined();
    expect(await desk.lists.one(police, id)).toMatchObject({ id, externalId: 'u3' });
  });

  it('lets those who see it before and after not notice that its audience changed', async () => {
    const draft = aCase({ externalId: 'u4', audience: sharedWith(company) });
    const id = await desk.publishOne(police, draft);
    const [seen, events] = [await desk.lists.one(company, id), await told(company)];
    const group = await aGroup(database, [police, company]);
    const [row] = await desk.publishAll(police, {
      ...draft,
      audience: { organisations: [], groups: [group], everyone: false },
    });
    expect(row).toMatchObject({ status: 'ACCEPTED', version: 1 });
    expect(await desk.lists.one(company, id)).toEqual(seen);
    expect(await told(company)).toEqual(events);
  });

  it('takes a case back once, and tells those who saw it', async () => {
    const id = await desk.publishOne(police, aCase({ externalId: 'w1', audience: sharedWith(company) }));
    const events = await since(company, async () => {
      const rows = await desk.withdraw.run(police, { externalIds: ['w1', 'absent'], reason: 'ERROR' });
      expect(rows).toMatchObject([{ status: 'WITHDRAWN', caseId: id }, { status: 'NOT_FOUND' }]);
      expect(await desk.withdraw.run(police, { ids: [id], reason: 'ERROR' })).toMatchObject([{ status: 'UNCHANGED' }]);
    });
    expect(events).toEqual([`case.withdrawn ${id}`]);
    expect(await desk.lists.one(company, id)).toBeUndefined();
  });

  it('brings a withdrawn case back without a word to those who no longer see it', async () => {
    const draft = aCase({ externalId: 'w2', audience: sharedWith(company) });
    const id = await desk.publishOne(police, draft);
    await desk.withdraw.run(police, { ids: [id], reason: 'ERROR' });
    expect(
      await since(company, () => desk.publishAll(police, { ...draft, audience: sharedWith(), interests: [] })),
    ).not.toContain(`case.withdrawn ${id}`);
    expect(await desk.lists.one(police, id)).toBeDefined();
    expect(await desk.lists.one(company, id)).toBeUndefined();
  });

  it('answers the owner of no such case, hidden or absent, with the same bytes', async () => {
    const hidden = await desk.publishOne(police, aCase({ externalId: 'h1' }));
    const answer = async (ids: string[]) => JSON.stringify(await desk.withdraw.run(telco, { ids, reason: 'OTHER' }));
    expect(await answer([hidden])).toBe(await answer([newId()]));
    expect(await desk.lists.one(police, hidden)).toBeDefined();
  });

  it('does a call once for each idempotency key, and nothing at all when only asked to validate', async () => {
    const call = { validateOnly: false, idempotencyKey: 'k1', cases: [aCase({ texts: ['once.example.com'] })] };
    const first = await desk.publish.run(police, call);
    expect(await desk.publish.run(police, call)).toEqual(first);
    expect(await desk.publish.run(police, { ...call, cases: [aCase({ phase: 'COURT' })] })).toBe(conflict);

    const counts = () => database.sql('select (select count(*) from case_file) c, (select count(*) from event_body) e');
    const before = await counts();
    const rehearsed = await desk.publish.run(police, { ...call, validateOnly: true, idempotencyKey: null });
    expect(rehearsed).toMatchObject([{ status: 'ACCEPTED', caseId: null, interests: [{ status: 'ACCEPTED' }] }]);
    expect(await counts()).toEqual(before);
  });

  it('refuses calls that are too large as a whole', async () => {
    const call = (cases: ReturnType<typeof aCase>[]) => desk.publish.run(police, { validateOnly: false, cases });
    const tooMany = aCase({ interests: Array.from({ length: 10_001 }, () => ({ text: 'x' })) });
    for (const cases of [[], Array.from({ length: 101 }, () => aCase()), [tooMany]]) {
      expect(await call(cases)).toMatchObject({ fault: { rule: 'batch.size' } });
    }
  });

  it('publishes 10,000 interests in one call', async () => {
    const texts = Array.from({ length: 10_000 }, (_, i) => `host-${i}.example.com`);
    const [row] = await desk.publishAll(police, aCase({ texts }));
    expect(row?.interests.filter(({ status }) => status === 'ACCEPTED')).toHaveLength(10_000);
  });

  it('pages the interests for the owner alone', async () => {
    const texts = ['p1.example.com', 'p2.example.com', 'p3.example.com'];
    const id = await desk.publishOne(police, aCase({ audience: sharedWith(company), texts }));
    const [own, seen] = [await desk.lists.one(police, id), await desk.lists.one(company, id)];
    if (!own || !seen) throw new Error('both should see it');
    const first = await desk.lists.interests(police, own, { first: 2 });
    const rest = await desk.lists.interests(police, own, { first: 2, after: first?.pageInfo.endCursor ?? null });
    expect([...(first?.edges ?? []), ...(rest?.edges ?? [])].map(({ node }) => node.value).sort()).toEqual(texts);
    expect(rest?.pageInfo.hasNextPage).toBe(false);
    expect(await desk.lists.interests(company, seen, { first: 2 })).toBeUndefined();
  });

  it('shows no interest of another in plain SQL, and no case to an outsider', async () => {
    const plain = (actor: Actor, table: string) =>
      db.as(actor, (tx) =>
        tx.query(`select 1 from ${table} where organisation_id <> $1 limit 1`, [actor.organisationId]),
      );
    expect(await plain(company, 'case_interest')).toEqual([]);
    expect(await plain(company, 'case_file')).not.toEqual([]);
    for (const table of ['case_file', 'case_interest', 'case_link']) expect(await plain(telco, table)).toEqual([]);
    await expect(db.as(police, (tx) => tx.query('update case_file set audience_id = audience_id'))).rejects.toThrow(
      'permission denied',
    );
  });
});
