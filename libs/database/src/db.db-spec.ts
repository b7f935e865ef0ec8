import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { aDatabase, anOrganisation } from '#testing';
import type { EntityManager } from 'typeorm';
import { ContextSeal, type Db, type Tx } from './index.js';

const whoAmI = (tx: Tx) => tx.query<{ id: string | null }[]>('select app.organisation() as id');

describe('Db.as', () => {
  const database = aDatabase();
  let db: Db;
  beforeAll(async () => {
    db = await database.db('api');
  });

  it('acts for the organisation of the actor, and for nobody afterwards', async () => {
    const bank = await anOrganisation(database);
    expect(await db.as(bank, whoAmI)).toEqual([{ id: bank.organisationId }]);
    expect(await db.asSystem('looking for leftovers', (tx) => whoAmI(tx as unknown as Tx))).toEqual([{ id: null }]);
  });

  it('acts for nobody once the organisation is suspended', async () => {
    const shop = await anOrganisation(database);
    await database.sql('select app.suspend_organisation($1)', [shop.organisationId]);
    expect(await db.as(shop, whoAmI)).toEqual([{ id: null }]);
  });

  it('rolls back what a failing piece of work has written', async () => {
    const bank = await anOrganisation(database);
    const write = (tx: Tx) =>
      tx.query(
        `insert into idempotency (organisation_id, operation, key, fingerprint) values ($1, 'o', 'k', '\\x00')`,
        [bank.organisationId],
      );
    await expect(
      db.as(bank, async (tx) => {
        await write(tx);
        throw new Error('half-way');
      }),
    ).rejects.toThrow('half-way');
    await expect(db.as(bank, (tx) => tx.query('select 1/0'))).rejects.toThrow('division by zero');
    expect(await db.as(bank, (tx) => tx.query('select key from idempotency'))).toEqual([]);
  });

  it('takes only a scoped transaction, at compile time', () => {
    const call = (notScoped: EntityManager) =>
      // @ts-expect-error an EntityManager is not a Tx
      whoAmI(notScoped);
    expect(call).toBeDefined();
  });
});

describe('the runtime roles', () => {
  const database = aDatabase();

  const asApi = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client(database.urlOf('api'));
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const organisationUnder = (context: string) =>
    asApi(async (client) => {
      await client.query(`select set_config('app.context', $1, false)`, [context]);
      return (await client.query<{ id: string | null }>('select app.organisation() as id')).rows[0]?.id;
    });

  it('cannot forge, stretch or borrow a context', async () => {
    const [bank, shop] = [await anOrganisation(database), await anOrganisation(database)];
    const seal = new ContextSeal(database.secret.key('context'));
    const good = seal.sign(bank.organisationId);
    expect(await organisationUnder(good)).toBe(bank.organisationId);

    expect(await organisationUnder(new ContextSeal(randomBytes(32)).sign(bank.organisationId))).toBeNull();
    expect(await organisationUnder(good.replace(bank.organisationId, shop.organisationId))).toBeNull();
    expect(await organisationUnder(seal.sign(bank.organisationId, Date.now() - 3_600_000))).toBeNull();
    expect(await organisationUnder(good.slice(0, -1))).toBeNull();
    expect(await organisationUnder('')).toBeNull();
    expect(await organisationUnder('v1..')).toBeNull();
  });

  it('own nothing, bypass nothing and may not become another role', async () => {
    const owned = await database.sql(
      `select c.relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname ~ '^crossline_(api|worker)'`,
    );
    expect(owned).toEqual([]);
    const bypassing = await database.sql(
      `select rolname from pg_roles where rolname ~ '^crossline_(api|worker|operator)' and (rolbypassrls or rolsuper or rolcreaterole)`,
    );
    expect(bypassing).toEqual([]);
    for (const role of ['crossline_definer', 'crossline_operator', 'postgres']) {
      await expect(asApi((client) => client.query(`set role ${role}`))).rejects.toThrow('permission denied');
    }
  });

  it('cannot read the keys, the audiences or the head of the feed', async () => {
    for (const table of [
      'app_private.context_key',
      'api_key',
      'audience_member',
      'feed_head',
      'audit_entry',
      'outbox',
    ]) {
      await expect(asApi((client) => client.query(`select * from ${table}`))).rejects.toThrow('permission denied');
    }
  });

  it('meet forced row-level security on every table they may touch', async () => {
    const open = await database.sql(
      `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> 'migrations'
          and not (c.relrowsecurity and c.relforcerowsecurity)`,
    );
    expect(open).toEqual([]);
  });
});
