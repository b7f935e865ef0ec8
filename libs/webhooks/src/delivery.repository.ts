import { randomUUID } from 'node:crypto';
import type { Db } from '#database';
import type { ClaimedEndpoint, PendingEvent, Reading, SliceRecord } from './delivery-records.js';

interface EventRow {
  endpoint_id: string;
  upto: string;
  more: boolean;
  epoch: string;
  seq: string | null;
  event_id: string;
  order_key: string;
  subject_id: string;
  takes_back: boolean;
  behind: boolean;
  attempts?: number;
  body: string | null;
}

/** What the delivery asks of the database. Each statement reads only for endpoints under the claim it names. */
export class DeliveryRepository {
  constructor(private readonly db: Db) {}

  async shardsOf(audienceIds: readonly number[]): Promise<number[]> {
    const [row] = await this.db.asSystem('which shards to wake', (tx) =>
      tx.query<{ shards: number[] }[]>('select app.shards_of_audiences($1) as shards', [audienceIds]),
    );
    return row?.shards ?? [];
  }

  dueIn(shards: readonly number[], atMost: number): Promise<string[]> {
    return this.ids('select app.due_endpoints($1, $2) as id', [shards, atMost]);
  }

  stillDue(ids: readonly string[]): Promise<string[]> {
    return this.ids('select app.still_due($1, $2) as id', [ids, ids.length]);
  }

  /** Claims those that are free and reads the next events of each, in one round trip. */
  async claim(
    ids: readonly string[],
    per: number,
  ): Promise<{ endpoint: ClaimedEndpoint; reading: Reading | undefined }[]> {
    const claimId = randomUUID();
    const [endpoints, events] = await this.db.asSystem('claims endpoints', (tx) =>
      Promise.all([
        tx.query<ClaimRow[]>('select * from app.claim_endpoints($1, $2)', [claimId, ids]),
        tx.query<EventRow[]>('select * from app.next_events($1, $2, $3)', [claimId, ids, per]),
      ]),
    );
    const readings = readingsOf(events);
    return endpoints.map((row) => ({ endpoint: claimedOf(row, claimId), reading: readings.get(row.endpoint_id) }));
  }

  /** Undefined: it is disabled, or its organisation suspended, or the claim is gone; its cursor stays. */
  async nextEvents({ id, claimId }: ClaimedEndpoint, per: number): Promise<Reading | undefined> {
    const rows = await this.db.asSystem('reads under a claim', (tx) =>
      tx.query<EventRow[]>('select * from app.next_events($1, $2, $3)', [claimId, [id], per]),
    );
    return readingsOf(rows).get(id);
  }

  async dueRedeliveries({ id, claimId }: ClaimedEndpoint, atMost: number): Promise<Reading | undefined> {
    const rows = await this.db.asSystem('reads redeliveries under a claim', (tx) =>
      tx.query<EventRow[]>('select * from app.due_redeliveries($1, $2, $3)', [claimId, [id], atMost]),
    );
    const [first] = rows;
    if (!first) return undefined;
    const events = rows.map((row) => pendingOf(row, bodyOf(row)));
    return { events, upto: undefined, more: rows.length === atMost, epoch: first.epoch };
  }

  async finish(records: readonly SliceRecord[]): Promise<void> {
    const now = performance.now();
    const attempts = records.flatMap((record) =>
      record.attempts.map(({ startedAt, ...attempt }) => ({ ...attempt, age_ms: Math.round(now - startedAt) })),
    );
    const columns = [
      records.map(({ progress }) => progress),
      attempts,
      records.flatMap(({ setAside }) => setAside),
      records.flatMap(({ settled }) => settled),
    ];
    await this.db.asSystem('records deliveries', (tx) =>
      tx.query(
        'select app.finish_claim($1, $2, $3, $4)',
        columns.map((rows) => JSON.stringify(rows)),
      ),
    );
  }

  async accessEpoch(): Promise<string> {
    const [row] = await this.db.asSystem('where access stands', (tx) =>
      tx.query<{ epoch: string }[]>('select epoch from access_epoch'),
    );
    return row?.epoch ?? '0';
  }

  async preparePartitions(): Promise<void> {
    await this.db.asSystem('makes room for attempts', (tx) => tx.query('select app.prepare_attempt_partitions()'));
  }

  private async ids(sql: string, values: unknown[]): Promise<string[]> {
    const rows = await this.db.asSystem('looks for endpoints with work', (tx) =>
      tx.query<{ id: string }[]>(sql, values),
    );
    return rows.map(({ id }) => id);
  }
}

interface ClaimRow {
  endpoint_id: string;
  url: string;
  secret_sealed: Buffer;
  win: number;
  fails: number;
  openings: number;
  slow: boolean;
  set_aside: number;
  redeliveries_due: boolean;
}

function claimedOf(row: ClaimRow, claimId: string): ClaimedEndpoint {
  return {
    id: row.endpoint_id,
    claimId,
    url: row.url,
    sealedSecret: row.secret_sealed,
    health: { window: row.win, fails: row.fails, openings: row.openings },
    slow: row.slow,
    setAside: row.set_aside,
    redeliveriesDue: row.redeliveries_due,
  };
}

/** By endpoint. The statement gives each body once, with the first of its rows. */
function readingsOf(rows: readonly EventRow[]): Map<string, Reading> {
  const bodies = new Map(rows.filter(({ body }) => body !== null).map((row) => [row.event_id, bodyOf(row)]));
  const readings = new Map<string, Reading & { events: PendingEvent[] }>();
  for (const row of rows) {
    const { endpoint_id: id, upto, more, epoch } = row;
    const reading = readings.get(id) ?? { events: [], upto, more, epoch };
    readings.set(id, reading);
    if (row.seq !== null) reading.events.push(pendingOf(row, bodies.get(row.event_id)));
  }
  return readings;
}

function pendingOf(row: EventRow, body: Buffer | undefined): PendingEvent {
  return {
    seq: row.seq ?? '',
    eventId: row.event_id,
    orderKey: row.order_key,
    subjectId: row.subject_id,
    takesBack: row.takes_back,
    behind: row.behind,
    attempts: row.attempts ?? 0,
    body,
  };
}

const bodyOf = ({ body }: EventRow): Buffer | undefined => (body === null ? undefined : Buffer.from(body, 'utf8'));
