import { newId, type Actor } from '#kernel';
import type { TestDatabase } from './a-database.js';

/** What an event is to be; everything has a default. */
export interface TestEvent {
  readonly type?: string;
  readonly orderKey?: string;
  readonly subjectId?: string;
  readonly indicatorType?: string;
  readonly scamType?: string;
  readonly brands?: readonly string[];
  readonly data?: object;
}

export interface WrittenEvent {
  readonly id: string;
  readonly subjectId: string;
  readonly orderKey: string;
  readonly body: string;
}

/** The interned audience of these organisations and groups, as the database keeps it. */
export async function anAudience(
  database: TestDatabase,
  { organisations = [], groups = [] }: { organisations?: readonly Actor[]; groups?: readonly string[] },
): Promise<number> {
  const [row] = await database.sql<{ id: number }>('select app_private.intern_audience($1, $2, false) as id', [
    organisations.map(({ organisationId }) => organisationId),
    groups,
  ]);
  if (!row) throw new Error('no audience was made');
  return row.id;
}

/** Writes events into the outbox as their publisher would. */
export async function someEvents(
  database: TestDatabase,
  publisher: Actor,
  audienceId: number,
  events: readonly TestEvent[],
): Promise<WrittenEvent[]> {
  const written = events.map((event) => {
    const [id, subjectId] = [newId(), event.subjectId ?? newId()];
    const type = event.type ?? 'report.published';
    const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data: { id: subjectId, ...event.data } });
    return { ...event, id, subjectId, type, orderKey: event.orderKey ?? newId(), body };
  });
  await database.sql(
    `with e as materialized (
       select e.*, gen_random_bytes(32) as nonce, array(select json_array_elements_text(e.brand_list)) as brands
         from json_to_recordset($3) as e (id uuid, type text, "orderKey" uuid, "subjectId" uuid,
                "indicatorType" text, "scamType" text, brand_list json, body text, place bigint)),
     b as (insert into event_body (event_id, publisher_id, audience_id, nonce, body) select id, $1, $2, nonce, body from e)
     insert into outbox (event_id, publisher_id, audience_id, type, order_key, subject_id, body_hash, indicator_type, scam_type, brands)
     select id, $1, $2, type, "orderKey", "subjectId", sha256(nonce || convert_to(body, 'UTF8')), "indicatorType", "scamType", brands
       from e order by place`,
    [
      publisher.organisationId,
      audienceId,
      JSON.stringify(written.map(({ brands, ...event }, place) => ({ ...event, brand_list: brands ?? [], place }))),
    ],
  );
  return written;
}

/** Moves everything in the outbox into the feed; answers with the audiences touched. */
export async function sequenceAll(database: TestDatabase): Promise<number[]> {
  await database.sql('select app.prepare_feed_partitions()');
  const [batch] = await database.sql<{ touched: number[] | null }>('select touched from app.sequence_batch(100000, 0)');
  return batch?.touched ?? [];
}
