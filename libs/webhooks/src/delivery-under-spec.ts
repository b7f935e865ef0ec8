import type { Db } from '#database';
import { newId, type Actor } from '#kernel';
import type { Queues } from '#queue';
import { aReceiver, sequenceAll, someEvents, type TestDatabase, type TestEvent, type WrittenEvent } from '#testing';
import { Delivery } from './delivery.js';
import { Poster } from './poster.js';
import { SealedSecrets } from './sealed-secrets.js';
import { newSecret } from './webhook-secret.js';

/** A filter as the database keeps it. */
export interface SpecFilter {
  readonly eventTypes?: readonly string[];
  readonly indicatorTypes?: readonly string[];
  readonly scamTypes?: readonly string[];
  readonly brands?: readonly string[];
}

export interface SpecEndpoint {
  readonly id: string;
  readonly secret: string;
  /** Below the receiver's URL: each endpoint has a path of its own. */
  readonly path: string;
}

/** Workers over one database and one receiver, all loopback, as the specs of the delivery use them. */
export function deliveryUnderSpec(database: TestDatabase, openQueues: () => Queues) {
  const receiver = aReceiver();
  const errors: unknown[] = [];
  const running: { delivery: Delivery; poster: Poster; queues: Queues }[] = [];
  const secrets = () => new SealedSecrets(database.secret.key('webhook-secret'));
  let api: Db;
  beforeAll(async () => {
    api = await database.db('api');
  });

  const stopAll = async () => {
    for (const { delivery, poster, queues } of running.splice(0)) {
      await delivery.stop();
      await poster.close();
      await queues.close();
    }
  };
  afterEach(async () => {
    receiver.answer(204);
    await stopAll();
    await database.sql('delete from webhook_endpoint');
    receiver.forget();
    expect(errors.splice(0)).toEqual([]);
  });

  return {
    receiver,
    errors,
    api: () => api,
    stopAll,

    /** Starts a worker; `sweepMs` long by default, so that what arrives came by a wake-up. */
    async worker({ sweepMs = 600_000, concurrency = 64, timeoutMs = 2_000 } = {}): Promise<Delivery> {
      const queues = openQueues();
      const poster = new Poster({ allowLoopbackHttp: true }, { timeoutMs });
      const options = { listenUrl: database.urlOf('worker'), concurrency, sweepMs };
      const onError = (error: unknown) => void errors.push(error);
      const delivery = new Delivery(await database.db('worker'), poster, secrets(), queues, { ...options, onError });
      running.push({ delivery, poster, queues });
      await delivery.start();
      return delivery;
    },

    async endpoints(owner: Actor, count: number): Promise<SpecEndpoint[]> {
      const made: SpecEndpoint[] = [];
      for (let i = 0; i < count; i += 50) {
        const some = Array.from({ length: Math.min(50, count - i) }, () => this.endpoint(owner));
        made.push(...(await Promise.all(some)));
      }
      return made;
    },

    async endpoint(owner: Actor, filter: SpecFilter = {}, path?: string): Promise<SpecEndpoint> {
      const [id, secret] = [newId(), newSecret()];
      const { eventTypes, indicatorTypes, scamTypes, brands } = filter;
      const at = path ?? `/${id}`;
      await api.as(owner, (tx) =>
        tx.query(`select app.create_webhook_endpoint($1, $2, '', $3, $4, $5, $6, $7, 10000)`, [
          id,
          receiver.url + at,
          ...[eventTypes, indicatorTypes, scamTypes, brands].map((list) => list ?? null),
          secrets().seal(id, secret),
        ]),
      );
      return { id, secret, path: at };
    },

    /** Publishes, sequences and wakes, as API and sequencer do. */
    async publish(
      by: Actor,
      audienceId: number,
      events: readonly TestEvent[],
      wake: Delivery | undefined = running[0]?.delivery,
    ): Promise<WrittenEvent[]> {
      const written = await someEvents(database, by, audienceId, events);
      const touched = await sequenceAll(database);
      await wake?.wake(touched);
      return written;
    },

    /** The ids that arrived at an endpoint, in order. */
    idsAt: ({ path }: SpecEndpoint): string[] =>
      receiver.to(path).map(({ headers }) => headers['webhook-id'] ?? 'no id'),

    async state({ id }: SpecEndpoint) {
      const [row] = await database.sql<{
        cursor_seq: string;
        fails: number;
        held: boolean;
        claimed: boolean;
        active: boolean;
        head: string;
      }>(
        `select s.cursor_seq, s.fails, coalesce(s.breaker_until > clock_timestamp(), false) as held, s.claim_id is not null as claimed,
                s.active, (select head from feed_head) as head
           from endpoint_state s where s.endpoint_id = $1`,
        [id],
      );
      if (!row) throw new Error('no such endpoint');
      return row;
    },

    redeliveries: ({ id }: SpecEndpoint) =>
      database.sql<{ event_id: string; state: string; attempts: number }>(
        'select event_id, state, attempts from redelivery where endpoint_id = $1 order by seq',
        [id],
      ),

    attempts: ({ id }: SpecEndpoint) =>
      database.sql<{
        event_id: string;
        outcome: string;
        status: number | null;
        error: string | null;
        redelivery: boolean;
      }>(
        'select event_ids[1] as event_id, outcome, status, error, redelivery from attempt where endpoint_id = $1 order by id',
        [id],
      ),

    /** What was set aside is due now, and no breaker holds. */
    async nothingWaits(): Promise<void> {
      await database.sql(`update redelivery set due_at = clock_timestamp() where state = 'WAITING'`);
      await database.sql('update endpoint_state set breaker_until = null');
    },
  };
}
