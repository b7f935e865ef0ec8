import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'undici';
import type { Instance, Member } from './instance.js';
import { startHelper, type Helper } from './processes.js';
import type { Received, ReceivingQuestion } from './receiver.process.js';
import type { startRedis } from './redis.js';

/** Requests in flight at once, the worker's and the raw loop's. */
export const IN_FLIGHT = 64;
/** What is sent, about a kilobyte. */
export const BODY = JSON.stringify({
  type: 'report.published',
  timestamp: '2026-01-01T00:00:00.000Z',
  data: { id: '00000000-0000-0000-0000-000000000000', note: 'x'.repeat(880) },
});
const WAKE_QUEUE = 'endpoint-wake';

/** What receives webhooks, in its own process. */
export class Receiver {
  private constructor(
    private readonly helper: Helper,
    readonly urls: readonly string[],
  ) {}

  static async start(): Promise<Receiver> {
    const helper = await startHelper('./receiver.process.js');
    return new Receiver(helper, helper.hello as string[]);
  }

  /** Milliseconds from the moment `work` begins until so many requests have arrived. */
  async time(count: number, work: () => Promise<unknown>): Promise<number> {
    await this.helper.ask({ step: 'expect', count } satisfies ReceivingQuestion);
    const startedAt = performance.timeOrigin + performance.now();
    await work();
    const { lastAt } = await this.helper.ask<Received>({ step: 'wait' } satisfies ReceivingQuestion);
    return lastAt - startedAt;
  }

  stop(): Promise<void> {
    return this.helper.stop();
  }
}

/** The product's worker on one of the two queues. */
export const startWorker = ({ environment }: Instance, redis?: { readonly url: string }): Promise<Helper> =>
  startHelper('../apps/worker/src/main.js', {
    env: { ...environment, WORKER_CONCURRENCY: `${IN_FLIGHT}`, ...(redis && { REDIS_URL: redis.url }) },
  });

/** Makes endpoints through the API, so many for each of these, spread over the receiver's ports; answers with their URLs. */
export async function makeEndpoints(
  api: string,
  owners: readonly Member[],
  each: number,
  at: Receiver,
): Promise<string[]> {
  const { origin, pathname: path } = new URL(api);
  const client = new Client(origin);
  const query = `mutation ($url: String!) { createWebhookEndpoint(input: { url: $url }) { __typename } }`;
  const urls: string[] = [];
  for (const [place, { apiKey }] of owners.entries()) {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    for (let i = 0; i < each; i++) {
      const url = `${at.urls[i % at.urls.length] ?? ''}/hooks/${place}/${i}`;
      const response = await client.request({
        path,
        method: 'POST',
        headers,
        body: JSON.stringify({ query, variables: { url } }),
      });
      const text = await response.body.text();
      if (!text.includes('CreateWebhookEndpointPayload')) throw new Error(`no endpoint: ${text.slice(0, 500)}`);
      urls.push(url);
    }
  }
  await client.close();
  return urls;
}

/** Writes events into the outbox as a publisher's transaction does, and rings. */
export async function publishEvents({ owner }: Instance, by: Member, audienceId: number, count: number): Promise<void> {
  await owner.query(
    `with e as materialized (
       select uuidv7() as id, gen_random_bytes(32) as nonce, gen_random_uuid() as key, $3::text as body from generate_series(1, $4)),
     b as (insert into event_body (event_id, publisher_id, audience_id, nonce, body) select id, $1, $2, nonce, body from e),
     o as (insert into outbox (event_id, publisher_id, audience_id, type, order_key, subject_id, body_hash)
           select id, $1, $2, 'report.published', key, key, sha256(nonce || convert_to(body, 'UTF8')) from e)
     select pg_notify('crossline_outbox', '')`,
    [by.actor.organisationId, audienceId, BODY, count],
  );
}

export async function audienceOf(
  { owner }: Instance,
  organisations: readonly Member[],
  groups: readonly string[],
): Promise<number> {
  const ids = organisations.map(({ actor }) => actor.organisationId);
  const { rows } = await owner.query<{ id: number }>('select app_private.intern_audience($1, $2, false) as id', [
    ids,
    groups,
  ]);
  if (!rows[0]) throw new Error('no audience');
  return rows[0].id;
}

/** Waits until the worker has recorded everything and holds no claim, so that no run pays for the one before. */
export async function settled({ owner }: Instance): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const { rows } = await owner.query<{ busy: boolean }>(
      `select exists (select 1 from endpoint_state where claim_id is not null) or exists (select 1 from outbox) as busy`,
    );
    if (rows[0]?.busy === false) return;
    await sleep(50);
  }
  throw new Error('the worker did not come to rest');
}

/** How many wake-ups were ever handed to the queue, those that it merged with a waiting one included. */
export async function wakeUps({ owner }: Instance, redis?: Awaited<ReturnType<typeof startRedis>>): Promise<number> {
  if (redis) return Number(await redis.client.get(`crossline:${WAKE_QUEUE}:id`));
  const sequence = `bullmq.bullmq_jid_${createHash('md5').update(WAKE_QUEUE).digest('hex')}`;
  const { rows } = await owner.query<{ last: string }>(
    `select case when is_called then last_value else 0 end as last from ${sequence}`,
  );
  return Number(rows[0]?.last ?? 0);
}
