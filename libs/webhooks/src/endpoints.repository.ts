import type { Actor } from '#kernel';
import type { Tx } from '#database';
import type { EventFilter } from '#feed';
import type { EndpointSettings } from './webhook-endpoint.js';

/** An endpoint as its owner sees it. */
export interface EndpointRow {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  readonly filter: EventFilter;
  readonly status: 'ENABLED' | 'DISABLED';
  readonly disabledReason: 'OWNER' | 'GONE' | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly fails: number;
  readonly pausedUntil: Date | null;
  readonly waitingRedeliveries: number;
  readonly deadRedeliveries: number;
}

/** One request that was made to an endpoint. */
export interface AttemptRow {
  readonly id: string;
  readonly at: Date;
  readonly eventIds: readonly string[];
  readonly status: number | null;
  readonly outcome: 'DELIVERED' | 'ENDPOINT_FAILED' | 'EVENT_FAILED' | 'GONE' | 'NOT_SENT';
  readonly error: string | null;
  readonly ms: number;
  readonly redelivery: boolean;
}

const endpointSql = `
select e.id, e.url, e.description, e.status, e.disabled_reason as "disabledReason", e.created_at as "createdAt",
       e.updated_at as "updatedAt", s.fails, case when s.breaker_until > now() then s.breaker_until end as "pausedUntil",
       json_build_object('eventTypes', e.event_types, 'indicatorTypes', e.indicator_types, 'scamTypes', e.scam_types,
                         'brands', e.brands) as filter,
       r.waiting as "waitingRedeliveries", r.dead as "deadRedeliveries"
  from webhook_endpoint e
  join endpoint_state s on s.endpoint_id = e.id
  cross join lateral (
    select count(*) filter (where state <> 'DEAD')::int as waiting, count(*) filter (where state = 'DEAD')::int as dead
      from redelivery where endpoint_id = e.id) r`;

const filterColumns = ({ eventTypes, indicatorTypes, scamTypes, brands }: EventFilter) => [
  eventTypes,
  indicatorTypes,
  scamTypes,
  brands,
];

/** Endpoints from their owner's side. Somebody else's are not there. */
export class EndpointsRepository {
  /** False when the organisation has as many as it may. */
  add(tx: Tx, id: string, settings: EndpointSettings, sealedSecret: Buffer, atMost: number): Promise<boolean> {
    const { url, description, filter } = settings;
    const values = [id, url, description, ...filterColumns(filter), sealedSecret, atMost];
    return answer(tx, 'select app.create_webhook_endpoint($1, $2, $3, $4, $5, $6, $7, $8, $9) as done', values);
  }

  change(tx: Tx, id: string, { url, description, filter }: EndpointSettings): Promise<boolean> {
    const values = [id, url, description, ...filterColumns(filter)];
    return answer(tx, 'select app.change_webhook_endpoint($1, $2, $3, $4, $5, $6, $7) as done', values);
  }

  disable(tx: Tx, id: string): Promise<boolean> {
    return answer(tx, 'select app.disable_webhook_endpoint($1) as done', [id]);
  }

  enable(tx: Tx, id: string, skip: boolean): Promise<boolean> {
    return answer(tx, 'select app.enable_webhook_endpoint($1, $2) as done', [id, skip]);
  }

  remove(tx: Tx, id: string): Promise<boolean> {
    return answer(tx, 'select app.delete_webhook_endpoint($1) as done', [id]);
  }

  all(tx: Tx): Promise<EndpointRow[]> {
    return tx.query<EndpointRow[]>(`${endpointSql} order by e.id`);
  }

  /** Until the transaction ends, no other change of this endpoint comes between reading it and writing it. */
  async hold(tx: Tx, actor: Actor, id: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [
      actor.organisationId,
      id.toLowerCase(),
    ]);
  }

  async byId(tx: Tx, id: string): Promise<EndpointRow | undefined> {
    const [row] = await tx.query<EndpointRow[]>(`${endpointSql} where e.id = $1`, [id]);
    return row;
  }

  /** Newest first, those before the given one. */
  attempts(tx: Tx, endpointId: string, before: string | undefined, limit: number): Promise<AttemptRow[]> {
    return tx.query<AttemptRow[]>(
      `select id, at, event_ids as "eventIds", status, outcome, error, ms, redelivery from attempt
        where endpoint_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
      [endpointId, before ?? null, limit],
    );
  }
}

async function answer(tx: Tx, sql: string, values: unknown[]): Promise<boolean> {
  const [row] = await tx.query<{ done: boolean }[]>(sql, values);
  return row?.done ?? false;
}
