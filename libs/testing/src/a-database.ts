import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { Secret } from '#config';
import { ContextSeal, createSource, Db, prepareRuntimeRoles, runtimeUrl, type RuntimeRole } from '#database';

/** The installation's secret of every test database, for tests that start a process of its own. */
export const TEST_SECRET = 'a secret that only tests know, of enough length';

/** A database of one test file's own. */
export interface TestDatabase {
  /** Where the owner connects. */
  readonly url: string;
  readonly secret: Secret;
  /** Where a runtime role connects. */
  urlOf(role: RuntimeRole): string;
  /** The door as a runtime process opens it; closed after the tests. */
  db(role: RuntimeRole): Promise<Db>;
  /** SQL as the owner: to arrange and to look behind the curtain. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** Cloned from the migrated template before the tests of this file, dropped after them. */
export function aDatabase(): TestDatabase {
  const server = new URL(process.env.TEST_POSTGRES_URL ?? '');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const own = new URL(server);
  own.pathname = name;
  const secret = new Secret(TEST_SECRET);
  const opened: Db[] = [];
  const owner = new pg.Pool({ connectionString: own.href, max: 2 });
  owner.on('error', () => undefined); // a fault test may have ended its connection

  const onServer = async (...statements: string[]) => {
    const client = new pg.Client(server.href);
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  beforeAll(async () => {
    await onServer(`create database ${name} template crossline_template strategy file_copy`);
    await prepareRuntimeRoles(own.href, secret);
  });
  afterAll(async () => {
    await Promise.all(opened.map((db) => db.close()));
    await owner.end();
    const logins = (['api', 'worker'] as const).map((role) => new URL(runtimeUrl(own.href, role, secret)).username);
    await onServer(`drop database ${name} with (force)`, ...logins.map((login) => `drop role if exists ${login}`));
  });

  return {
    url: own.href,
    secret,
    urlOf: (role) => runtimeUrl(own.href, role, secret),
    db: async (role) => {
      const source = await createSource(runtimeUrl(own.href, role, secret)).initialize();
      const db = new Db(source, new ContextSeal(secret.key('context')));
      opened.push(db);
      return db;
    },
    sql: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await owner.query<Row>(text, values)).rows,
  };
}
