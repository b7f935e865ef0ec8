import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DataSource, EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import { Secret } from '#config';
import { ContextSeal, Db } from '#database';
import type { OrganisationId } from '#kernel';
import { serveParent } from './processes.js';

/** What to write: the rows that are in the tables when it is asked to read are written again as often as it is asked to. */
export type WritingQuestion =
  | { readonly step: 'read'; readonly ownerUrl: string; readonly apiUrl: string; readonly secret: string }
  | { readonly step: 'copy-values' }
  | { readonly step: 'copy-reports' }
  | { readonly step: 'typeorm'; readonly clients: number; readonly rowsEachCall: number };

/** What came of it. */
export interface Written {
  readonly rows: number;
  readonly seconds: number;
}

type Row = Record<string, unknown>;

/** What the product leaves to the database. */
const leftOut = {
  report: ['status', 'audience_since', 'created_at', 'updated_at', 'withdrawn_at', 'withdraw_reason'],
  event_body: ['closed_at', 'erased_at'],
  outbox: ['id'],
};
const tables = ['report', 'event_body', 'outbox'] as const;

interface Source {
  readonly ownerUrl: string;
  readonly db: Db;
  readonly organisationId: OrganisationId;
  readonly rows: Record<(typeof tables)[number], Row[]>;
  readonly values: Buffer[];
  readonly reports: Buffer[];
}
let source: Source | undefined;

serveParent(undefined, async (question: WritingQuestion) => {
  if (question.step === 'read') {
    source = await read(question.ownerUrl, question.apiUrl, new Secret(question.secret));
    return source.rows.report.length;
  }
  if (!source) throw new Error('nothing was read');
  if (question.step === 'typeorm') return insertByBuilder(source, question.clients, question.rowsEachCall);
  return question.step === 'copy-values'
    ? copy(source, 'bare_value', source.values)
    : copy(source, 'bare_report', source.reports);
});

async function read(ownerUrl: string, apiUrl: string, secret: Secret): Promise<Source> {
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  await owner.query('create table if not exists bare_value (indicator_id uuid, type text, value text)');
  await owner.query('create table if not exists bare_report (like report)');
  const rowsOf = async (table: keyof typeof leftOut) => {
    const { rows } = await owner.query<Row>(`select * from ${table}`);
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => !leftOut[table].includes(name))),
    );
  };
  const rows = {
    report: await rowsOf('report'),
    event_body: await rowsOf('event_body'),
    outbox: await rowsOf('outbox'),
  };
  const entities: EntitySchema[] = [];
  for (const table of tables) entities.push(await schemaOf(owner, table));
  const values = await copied(owner, '(select indicator_id, indicator_type, value from report)');
  const reports = await copied(owner, 'report');
  await owner.end();

  const extra = { pipeline: true };
  const orm = await new DataSource({ type: 'postgres', url: apiUrl, poolSize: 8, extra, entities }).initialize();
  const db = new Db(orm, new ContextSeal(secret.key('context')));
  const organisationId = rows.report[0]?.organisation_id as OrganisationId;
  return { ownerUrl, db, organisationId, rows, values, reports };
}

/** The text that COPY takes, made before any clock starts. */
async function copied(owner: pg.Client, what: string): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of owner.query(copyTo(`copy ${what} to stdout`))) chunks.push(chunk as Buffer);
  const whole = Buffer.concat(chunks);
  const parts: Buffer[] = [];
  for (let at = 0; at < whole.length; at += 65_536) parts.push(whole.subarray(at, at + 65_536));
  return parts;
}

async function schemaOf(owner: pg.Client, table: keyof typeof leftOut): Promise<EntitySchema> {
  const { rows } = await owner.query<{ name: string; type: string; nullable: boolean; isKey: boolean }>(
    `select a.attname as name, format_type(a.atttypid, null) as type, not a.attnotnull as nullable,
            a.attname in ('id', 'event_id') as "isKey"
       from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped`,
    [table],
  );
  const columns = rows
    .filter(({ name }) => !leftOut[table].includes(name))
    .map(({ name, type, nullable, isKey }) => {
      const column = { type: type.replace('[]', ''), array: type.endsWith('[]'), nullable, primary: isKey };
      return [name, column as EntitySchemaColumnOptions];
    });
  return new EntitySchema({
    name: table,
    tableName: table,
    columns: Object.fromEntries(columns) as Record<string, EntitySchemaColumnOptions>,
  });
}

/** TypeORM's insert builder at its fastest: many rows a statement, nothing read back; under the same policies. */
async function insertByBuilder(
  { db, organisationId, rows }: Source,
  clients: number,
  rowsEachCall: number,
): Promise<Written> {
  let next = 0;
  const client = async () => {
    while (next < rows.report.length) {
      const first = next;
      next += rowsEachCall;
      await db.as({ organisationId }, async (tx) => {
        for (const table of tables) {
          const values = rows[table].slice(first, first + rowsEachCall);
          await tx.createQueryBuilder().insert().into(table).values(values).updateEntity(false).execute();
        }
      });
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  return { rows: rows.report.length, seconds: (performance.now() - started) / 1_000 };
}

async function copy({ ownerUrl, rows }: Source, table: string, chunks: readonly Buffer[]): Promise<Written> {
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  await owner.query(`truncate ${table}`);
  const started = performance.now();
  await pipeline(Readable.from(chunks), owner.query(copyFrom(`copy ${table} from stdin`)));
  const seconds = (performance.now() - started) / 1_000;
  await owner.end();
  return { rows: rows.report.length, seconds };
}
