import type { Db } from '#database';
import { newId, Rejected, type Actor, type GroupId } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { aCase, aCaseDesk, sharedWith } from './a-case-desk.js';

describe('cases that belong together', () => {
  const database = aDatabase();
  let db: Db;
  let desk: ReturnType<typeof aCaseDesk>;
  let group: GroupId;
  let police: Actor;
  let company: Actor;
  let agency: Actor;
  let telco: Actor;
  let tested = 0;
  beforeAll(async () => {
    db = await database.db('api');
    desk = aCaseDesk(db, database.secret);
    await database.sql('select app.prepare_feed_partitions()');
    police = await anOrganisation(database, { name: 'Cyber Police', kind: 'LAW_ENFORCEMENT' });
    company = await anOrganisation(database, { name: 'Software Co' });
    agency = await anOrganisation(database, { name: 'Agency', kind: 'LAW_ENFORCEMENT' });
    telco = await anOrganisation(database, { name: 'Telco' });
    group = await aGroup(database, [police, company, agency]);
  });

  const told = async (actor: Actor) => {
    await database.sql('select * from app.sequence_batch(10000, 0)');
    return desk.told(actor);
  };
  const about = async (actor: Actor, id: string) =>
    (await told(actor)).filter((one) => one.endsWith(id)).map((one) => one.split(' ')[0]);
  const inGroup = () => ({ organisations: [], groups: [group], everyone: false });
  /** A host that no other test speaks of. */
  const aHost = () => `host-${++tested}.example.com`;
  const ask = async (actor: Actor, question: object) =>
    (await desk.linked.run(actor, { first: 50, ...question })).edges.map(({ node }) => node);
  const link = async (actor: Actor, a: string, b: string, evidence = 'same caller') => {
    const made = await desk.links.run(actor, { a, b, evidence, strength: 80 });
    if (!made || made instanceof Rejected) throw new Error('the tie was refused');
    return made;
  };

  it('are found by a text that they hold, however it is written, with owner and contact', async () => {
    const host = aHost();
    const own = await desk.publishOne(
      company,
      aCase({ audience: inGroup(), contact: 'desk 4', texts: [`http://${host}/a`, aHost()] }),
    );
    const texts = [`hxxp://${host.replaceAll('.', '[.]')}/a`, 'hello', aHost()];
    const { edges, unrecognised } = await desk.linked.run(police, { first: 50, texts });
    expect(edges.map(({ node }) => node)).toMatchObject([
      {
        id: own,
        contact: 'desk 4',
        organisation: { name: 'Software Co', kind: 'COMPANY' },
        externalId: null,
        sharedCount: 1,
      },
    ]);
    expect(edges[0]?.node.shared.map(({ type, value }) => [type, value])).toEqual([['URL', `${host}/a`]]);
    expect(unrecognised).toMatchObject([{ index: 1, rule: 'type.unclear' }]);
  });

  it('are found by indicator and by case, showing what both hold and nothing else', async () => {
    const [both, other] = [aHost(), aHost()];
    const mine = await desk.publishOne(police, aCase({ texts: [both, aHost()] }));
    const theirs = await desk.publishOne(company, aCase({ audience: inGroup(), texts: [both, other] }));
    const found = await ask(police, { case: mine });
    expect(found.map(({ id, shared }) => [id, shared.map(({ value }) => value)])).toEqual([[theirs, [both]]]);

    const indicator = found[0]?.shared[0]?.id;
    expect((await ask(police, { indicator })).map(({ id }) => id)).toEqual([theirs, mine]);
    // The company sees no case of the police, so it finds only its own.
    expect((await ask(company, { indicator })).map(({ id }) => id)).toEqual([theirs]);
  });

  it('are pages of one list', async () => {
    const host = aHost();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++)
      ids.unshift(await desk.publishOne(company, aCase({ audience: inGroup(), texts: [host] })));
    const first = await desk.linked.run(police, { texts: [host], first: 2 });
    const rest = await desk.linked.run(police, { texts: [host], first: 2, after: first.pageInfo.endCursor ?? null });
    expect([...first.edges, ...rest.edges].map(({ node }) => node.id)).toEqual(ids);
    expect([first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false]);
    await expect(desk.linked.run(agency, { texts: [host], first: 2, after: first.pageInfo.endCursor })).rejects.toThrow(
      'after',
    );
  });

  it('takes exactly one question', async () => {
    for (const question of [{}, { texts: ['a.com'], case: newId() }, { texts: [] }, { case: newId(), first: 0 }]) {
      await expect(desk.linked.run(police, { first: 50, ...question })).rejects.toThrow();
    }
  });

  it('can be tied by anybody who sees both; whoever sees both is told, with the evidence', async () => {
    const a = await desk.publishOne(police, aCase({ audience: inGroup() }));
    const b = await desk.publishOne(company, aCase({ audience: inGroup() }));
    const tie = await link(agency, b, a);
    expect(tie.createdAt).toBeInstanceOf(Date);
    expect(tie).toMatchObject({ caseIds: [a, b].sort(), author: { name: 'Agency' }, evidence: 'same caller' });
    for (const actor of [police, company, agency]) expect(await about(actor, tie.id)).toEqual(['case.linked']);
    expect(await about(telco, tie.id)).toEqual([]);
    expect(await ask(police, { case: a })).toMatchObject([
      { id: b, shared: [], sharedCount: 0, links: [{ id: tie.id }] },
    ]);

    expect((await link(agency, a, b)).id).toBe(tie.id);
    expect(await about(police, tie.id)).toEqual(['case.linked']);
    expect(await link(agency, a, b, 'same voice')).toMatchObject({ id: tie.id, evidence: 'same voice' });
    expect(await about(police, tie.id)).toEqual(['case.linked', 'case.linked']);
    expect((await link(police, a, b)).id).not.toBe(tie.id);
  });

  it('are tied for nobody who sees only one of them', async () => {
    const wide = await desk.publishOne(company, aCase({ audience: inGroup() }));
    const narrow = await desk.publishOne(police, aCase({ audience: sharedWith(company) }));
    const tie = await link(company, wide, narrow);
    expect(await about(police, tie.id)).toEqual(['case.linked']);
    expect(await about(agency, tie.id)).toEqual([]);
    expect(await ask(agency, { case: wide })).toEqual([]);
    expect(await db.as(agency, (tx) => tx.query('select 1 from case_link where id = $1', [tie.id]))).toEqual([]);
  });

  it('are not told apart from no cases by somebody who may not see them', async () => {
    const host = aHost();
    const a = await desk.publishOne(police, aCase({ audience: sharedWith(company), texts: [host] }));
    const b = await desk.publishOne(company, aCase({ audience: inGroup(), texts: [host] }));
    const [shared] = (await ask(company, { case: b }))[0]?.shared ?? [];
    const tie = await link(police, a, b);
    for (const [outsider, seen] of [
      [telco, newId()],
      [agency, b],
    ] as const) {
      const answers = async (one: string, tieId: string) =>
        JSON.stringify([
          await desk.links.run(outsider, { a: one, b: seen, evidence: 'guess', strength: 1 }),
          await desk.links.withdraw(outsider, tieId),
          await desk.linked.run(outsider, { first: 50, case: one }),
          await desk.lists.one(outsider, one),
        ]);
      expect(await answers(a, tie.id)).toBe(await answers(newId(), newId()));
      expect(await desk.links.run(outsider, { a, b: seen, evidence: 'guess', strength: 1 })).toBeUndefined();
    }
    const holders = (asker: Actor) =>
      db.as(asker, (tx) =>
        tx.query('select case_id as id from app.shared_indicators($1, null) order by 1', [[shared?.id]]),
      );
    expect(await holders(police)).toEqual([{ id: a }, { id: b }]);
    expect(await holders(agency)).toEqual([{ id: b }]);
    expect(await holders(telco)).toEqual([]);
    // In plain SQL too: a tie to a hidden case and to none give the same error.
    const draw = (one: string) =>
      db.as(agency, (tx) =>
        tx.query(
          `insert into case_link (id, case_a, case_b, organisation_id, evidence, strength, audience_id)
           select $1, least($2::uuid, $3), greatest($2::uuid, $3), $4, 'guess', 1, audience_id from case_file where id = $3`,
          [newId(), one, b, agency.organisationId],
        ),
      );
    await expect(draw(a)).rejects.toThrow('row-level security');
    await expect(draw(newId())).rejects.toThrow('row-level security');
  });

  it('are untied by the author alone; whoever saw the tie is told once', async () => {
    const a = await desk.publishOne(police, aCase({ audience: inGroup() }));
    const b = await desk.publishOne(company, aCase({ audience: inGroup() }));
    const tie = await link(agency, a, b);
    expect(await desk.links.withdraw(police, tie.id)).toBeUndefined();
    for (let i = 0; i < 2; i++) {
      expect(await desk.links.withdraw(agency, tie.id)).toMatchObject({ id: tie.id, status: 'WITHDRAWN' });
    }
    expect(await about(company, tie.id)).toEqual(['case.linked', 'case.unlinked']);
    expect(await ask(police, { case: a })).toEqual([]);

    expect(await link(agency, a, b)).toMatchObject({ id: tie.id, status: 'ACTIVE' });
    expect(await ask(police, { case: a })).toHaveLength(1);
  });

  it('lose their ties when one is withdrawn, and it answers no more', async () => {
    const host = aHost();
    const a = await desk.publishOne(police, aCase({ audience: inGroup(), texts: [host] }));
    const b = await desk.publishOne(company, aCase({ audience: inGroup() }));
    const tie = await link(agency, a, b);
    await desk.withdraw.run(police, { ids: [a], reason: 'CLOSED' });
    expect(await about(company, tie.id)).toEqual(['case.linked', 'case.unlinked']);
    expect(await ask(company, { texts: [host] })).toEqual([]);
    expect(await ask(company, { case: b })).toEqual([]);
    expect(await desk.links.run(agency, { a, b, evidence: 'again', strength: 1 })).toBeUndefined();
  });

  it('leave the sight of losers with their ties when one narrows, and come back when it widens', async () => {
    const host = aHost();
    const draft = aCase({ externalId: 'n1', texts: [host] });
    const publish = (audience: typeof draft.audience) => desk.publishOne(police, { ...draft, audience });
    const a = await publish(inGroup());
    const b = await desk.publishOne(company, aCase({ audience: inGroup() }));
    const tie = await link(agency, a, b, 'a secret of two');

    await publish(sharedWith(company));
    expect(await about(agency, a)).toEqual(['case.withdrawn']);
    expect(await about(agency, tie.id)).toEqual(['case.unlinked']);
    expect(await about(company, tie.id)).toEqual(['case.linked']);
    expect(await ask(agency, { texts: [host] })).toEqual([]);
    expect(await ask(agency, { case: b })).toEqual([]);
    expect(await desk.links.withdraw(agency, tie.id)).toBeUndefined();
    const notices = await db.as(agency, (tx) =>
      tx.query<{ body: string }[]>(
        'select b.body from feed f join event_body b using (event_id) where subject_id = any ($1)',
        [[a, tie.id]],
      ),
    );
    for (const { body } of notices) expect(body).not.toMatch(/secret|fraud desk|TECH_SUPPORT/);

    await publish(inGroup());
    expect(await about(agency, a)).toEqual(['case.published', 'case.withdrawn', 'case.shared']);
    expect(await about(agency, tie.id)).toEqual(['case.linked', 'case.unlinked', 'case.linked']);
    expect(await about(company, tie.id)).toEqual(['case.linked']);
    expect(await ask(agency, { case: b })).toMatchObject([{ id: a, links: [{ evidence: 'a secret of two' }] }]);
  });

  it('leave the sight of a leaver although it was told of them when they widened', async () => {
    const guest = await anOrganisation(database, { name: 'Guest' });
    const wider = await aGroup(database, [police, company, guest]);
    const draft = aCase({ externalId: 'wide' });
    const toWider = { organisations: [], groups: [wider], everyone: false };
    const a = await desk.publishOne(police, { ...draft, audience: sharedWith(company) });
    const tie = await link(company, a, await desk.publishOne(company, aCase({ audience: toWider })));
    await desk.publishOne(police, { ...draft, audience: toWider });
    expect(await about(guest, a)).toContain('case.shared');
    expect(await about(guest, tie.id)).toContain('case.linked');

    await database.sql('select app.leave_group($1, $2)', [wider, guest.organisationId]);
    expect(await about(guest, a)).toEqual([]);
    expect(await about(guest, tie.id)).toEqual([]);
  });

  it('stay with a leaver of the group when its own; what the others hold and the ties to it are gone', async () => {
    const host = aHost();
    const leaver = await anOrganisation(database, { name: 'Leaver' });
    await database.sql('select app.join_group($1, $2)', [group, leaver.organisationId]);
    const own = await desk.publishOne(leaver, aCase({ audience: inGroup(), texts: [host] }));
    const theirs = await desk.publishOne(company, aCase({ audience: inGroup(), texts: [host] }));
    const others = await desk.publishOne(police, aCase({ audience: inGroup() }));
    const ownTie = await link(leaver, own, theirs);
    const foreignTie = await link(leaver, theirs, others);

    await told(leaver);
    await database.sql('select app.leave_group($1, $2)', [group, leaver.organisationId]);
    expect((await ask(leaver, { texts: [host] })).map(({ id, links }) => [id, links.length])).toEqual([[own, 0]]);
    for (const tie of [ownTie, foreignTie]) {
      expect(await about(leaver, tie.id)).toEqual([]);
      expect(await about(company, tie.id)).toEqual(['case.linked']);
      expect(await db.as(leaver, (tx) => tx.query('select 1 from case_link where id = $1', [tie.id]))).toEqual([]);
    }
    expect(await about(leaver, own)).toEqual(['case.published']);
    expect((await ask(police, { texts: [host] })).map(({ id }) => id)).toEqual(
      [theirs, own].concat([others]).sort().reverse(),
    );
  });

  it('get no tie that is wider than its cases when one narrows while it is drawn', async () => {
    const a = await desk.publishOne(police, aCase({ audience: inGroup() }));
    const b = await desk.publishOne(company, aCase({ audience: inGroup() }));
    const waiting = async () => {
      const rows = await database.sql(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    };
    let drawing: Promise<unknown> = Promise.resolve();
    await db.as(police, async (tx) => {
      await tx.query(
        `select app.readdress_cases(array[$1]::uuid[], app.audience_for(array[$2]::uuid[], '{}', false), false)`,
        [a, company.organisationId],
      );
      drawing = link(company, a, b);
      while (!(await waiting())) await new Promise((done) => setTimeout(done, 5));
    });
    await drawing;
    expect(await ask(company, { case: b })).toHaveLength(1);
    expect(await db.as(agency, (tx) => tx.query('select 1 from case_link where $1 in (case_a, case_b)', [a]))).toEqual(
      [],
    );
  });
});
