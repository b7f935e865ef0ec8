import pg from 'pg';
import { ContextSeal, type Db } from '#database';
import { newId, type Actor, type GroupId } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { Audiences } from './audience.js';

const audiences = new Audiences();

describe('the policies, in plain SQL as the runtime role', () => {
  const database = aDatabase();
  let db: Db;
  let client: pg.Client;
  let bank: Actor;
  let shop: Actor;
  let outsider: Actor;
  let group: GroupId;
  let reportId: string;

  /** As an injection would: any statement, under the context of the organisation whose request it got into. */
  const as = async (actor: Actor, text: string, values: unknown[] = []) => {
    const seal = new ContextSeal(database.secret.key('context'));
    await client.query(`select set_config('app.context', $1, false)`, [seal.sign(actor.organisationId)]);
    return client.query(text, values);
  };
  const insertReport = (organisation: Actor, audienceId: number, key: string, id = newId()) =>
    [
      `insert into report (id, organisation_id, dedupe_key, batch_id, content_hash, audience_id, indicator_id, indicator_type, value, raw_text,
       role, scam_type, confidence, tlp, source)
     values ($1, $2, $3, $1, '\\x00', $4, $1, 'DOMAIN', 'evil.com', 'evil.com', 'UNKNOWN', 'OTHER', 50, 'AMBER', 'TELEMETRY')`,
      [id, organisation.organisationId, key, audienceId] as unknown[],
    ] as const;

  beforeAll(async () => {
    db = await database.db('api');
    client = new pg.Client(database.urlOf('api'));
    client.on('error', () => undefined); // the database is dropped under it
    await client.connect();
    [bank, shop, outsider] = [
      await anOrganisation(database),
      await anOrganisation(database),
      await anOrganisation(database),
    ];
    group = await aGroup(database, [bank, shop]);
    reportId = newId();
    await db.as(bank, async (tx) => {
      const audienceId = (await audiences.resolve(tx, { organisations: [], groups: [group], everyone: false })) ?? 0;
      const [text, values] = insertReport(bank, audienceId, 'x:shared', reportId);
      await tx.query(text, values);
    });
  });
  afterAll(() => client.end());

  it.each([
    'select * from report',
    'select * from feed',
    'select * from event_body',
    'select * from case_file',
    'select * from case_link',
    'select * from case_interest',
    'select * from webhook_endpoint',
    'select * from redelivery',
    'select * from idempotency',
    'select * from sharing_group',
    'select * from membership',
  ])('show an outsider no row of: %s', async (text) => {
    // Columns that the role may not read at all are refused, which shows just as little.
    const rows = await as(outsider, text).then(
      ({ rows: found }) => found as unknown[],
      (error: unknown) => String(error).includes('permission denied') && [],
    );
    expect(rows).toEqual([]);
  });

  it('show members what is shared, and nobody anything without a context', async () => {
    expect((await as(shop, 'select id from report')).rows).toEqual([{ id: reportId }]);
    await client.query(`select set_config('app.context', '', false)`);
    expect((await client.query('select id from report')).rows).toEqual([]);
  });

  it('refuse to write in another organisation’s name, and never touch another’s rows', async () => {
    const [text, values] = insertReport(bank, 1, 'x:forged');
    await expect(as(shop, text, values)).rejects.toThrow('row-level security');
    expect((await as(shop, `update report set note = 'defaced' where id = $1`, [reportId])).rowCount).toBe(0);
    await expect(as(shop, 'delete from report')).rejects.toThrow('permission denied');
    await expect(
      as(shop, `insert into event_body (event_id, publisher_id, audience_id, body) values ($1, $2, 1, '{}')`, [
        newId(),
        bank.organisationId,
      ]),
    ).rejects.toThrow('row-level security');
    expect(
      await as(shop, 'select app.withdraw_reports(array[$1]::uuid[], $2, true)', [reportId, 'OTHER']),
    ).toMatchObject({ rowCount: 0 });
    await as(shop, 'select app.readdress_reports(array[$1]::uuid[], 1, false)', [reportId]);
    expect(await database.sql('select status from report where id = $1', [reportId])).toEqual([{ status: 'ACTIVE' }]);
  });

  it('do not let a duplicate of a hidden row show itself', async () => {
    const own = await db.as(outsider, (tx) =>
      audiences.resolve(tx, { organisations: [], groups: [], everyone: false }),
    );
    const refusals = [];
    for (const key of ['x:shared', 'x:absent']) {
      const [text, values] = insertReport(bank, own ?? 0, key);
      refusals.push(
        await as(outsider, `${text} on conflict do nothing`, values).catch((error: unknown) => String(error)),
      );
    }
    expect(refusals[0]).toBe(refusals[1]);
    const [text, values] = insertReport(outsider, own ?? 0, 'x:shared');
    expect((await as(outsider, text, values)).rowCount).toBe(1);
  });

  it.each([
    'select app.join_group($1, $2)',
    'select app.suspend_organisation($2) where $1::uuid is not null',
    'select app.next_events($1, array[$2]::uuid[], 10)',
  ])('keep the operator’s and the worker’s functions from the API: %s', async (text) => {
    await expect(as(outsider, text, [group, outsider.organisationId])).rejects.toThrow('permission denied');
  });

  it('hide how many rows there are from the statistics of a table', async () => {
    await database.sql('analyze report');
    expect((await as(outsider, `select * from pg_stats where tablename = 'report'`)).rows).toEqual([]);
  });
});

describe('an organisation in 15 groups of 200 publishers', () => {
  const database = aDatabase();

  it('sees tens of audiences, and reads the newest through the index of its audiences', async () => {
    const viewer = await anOrganisation(database);
    await database.sql(`
      insert into organisation (name, kind) select 'Publisher ' || n, 'COMPANY' from generate_series(1, 200) n;
      insert into sharing_group (name) select 'Large ' || n from generate_series(1, 15) n;
      insert into membership (group_id, organisation_id) select g.id, o.id from sharing_group g, organisation o where g.name like 'Large %'`);
    const db = await database.db('api');
    const publishers = await database.sql<{ id: Actor['organisationId'] }>(
      `select id from organisation where name like 'Publisher %'`,
    );
    const groups = await database.sql<{ id: GroupId }>(`select id from sharing_group where name like 'Large %'`);
    for (const [index, { id }] of publishers.entries()) {
      const chosen = [groups[index % 15], groups[(index * 7) % 15]].flatMap((group) => group?.id ?? []);
      await db.as({ organisationId: id }, async (tx) => {
        for (const group of chosen)
          await audiences.resolve(tx, { organisations: [], groups: [group], everyone: false });
      });
    }
    const [seen] = await db.as(viewer, (tx) =>
      tx.query<{ n: number }[]>('select cardinality(app.visible_audiences()) as n'),
    );
    expect(seen?.n).toBeGreaterThanOrEqual(15);
    expect(seen?.n).toBeLessThan(50);

    const plan = await db.as(viewer, (tx) =>
      tx.query<
        Record<string, string>[]
      >(`explain select top.id from unnest(app.visible_audiences()) a (id) cross join lateral (
        select r.id from report r where r.audience_id = a.id and r.status = 'ACTIVE' order by r.id desc limit 50) top order by top.id desc limit 50`),
    );
    expect(JSON.stringify(plan)).toContain('report_newest');
  });
});
