import { Redis } from 'ioredis';
import { Webhook } from 'standardwebhooks';
import type { Actor } from '#kernel';
import { prepareQueueDatabase, Queues } from '#queue';
import { aDatabase, anAudience, anOrganisation, aRedis, describeWithRedis, type TestDatabase } from '#testing';
import { deliveryUnderSpec } from './delivery-under-spec.js';
import { SHARDS, wakeKey, wakeQueue } from './wake-queue.js';

interface Backend {
  open(): Queues;
  /** How many jobs were ever made. */
  jobs(): Promise<number>;
  /** Everything the queue holds is gone. */
  lose(): Promise<unknown>;
}

/** What must hold on both backends. */
function delivers(database: TestDatabase, backend: Backend): void {
  const spec = deliveryUnderSpec(database, () => backend.open());
  let bank: Actor;
  let shop: Actor;
  let telco: Actor;
  let shared: number;
  beforeAll(async () => {
    bank = await anOrganisation(database);
    shop = await anOrganisation(database);
    telco = await anOrganisation(database);
    shared = await anAudience(database, { organisations: [bank, shop] });
  });
  const events = (count: number, orderKey?: string) =>
    Array.from({ length: count }, () => (orderKey === undefined ? {} : { orderKey }));

  it('delivers what an organisation may see, signed, and nothing to anybody else', async () => {
    const [ours, theirs] = [await spec.endpoint(shop), await spec.endpoint(telco)];
    await spec.worker();
    const [event] = await spec.publish(bank, shared, [{ data: { note: 'ünïcode ✓' } }]);
    await spec.receiver.until(1);

    const [request] = spec.receiver.to(ours.path);
    expect(request?.headers).toMatchObject({ 'webhook-id': event?.id, 'content-type': 'application/json' });
    expect(request?.body).toBe(event?.body);
    expect(new Webhook(ours.secret).verify(request?.body ?? '', request?.headers ?? {})).toMatchObject({
      type: 'report.published',
    });
    expect(spec.receiver.to(theirs.path)).toEqual([]);
  });

  it('delivers a backlog in the order of the feed and moves the cursor to its head', async () => {
    const endpoint = await spec.endpoint(shop);
    const sent = await spec.publish(bank, shared, events(250, crypto.randomUUID()));
    await spec.worker({ sweepMs: 50 });
    await spec.receiver.until(250);
    expect(spec.idsAt(endpoint)).toEqual(sent.map(({ id }) => id));
    await spec.stopAll();
    const { cursor_seq, head, claimed } = await spec.state(endpoint);
    expect({ cursor_seq, claimed }).toEqual({ cursor_seq: head, claimed: false });
  });

  it('makes at most 16 jobs of one event for 1,000 endpoints', async () => {
    await spec.endpoints(shop, 1_000);
    const worker = await spec.worker({ concurrency: 256 });
    const before = await backend.jobs();
    await spec.publish(bank, shared, events(1), worker);
    await spec.receiver.until(1_000);
    const jobs = (await backend.jobs()) - before;
    expect(jobs).toBeGreaterThan(0);
    expect(jobs).toBeLessThanOrEqual(16);
    expect(new Set(spec.receiver.requests.map(({ path }) => path)).size).toBe(1_000);
  });

  it('delivers what no wake-up told it of', async () => {
    const endpoint = await spec.endpoint(shop);
    const queues = backend.open();
    const sender = queues.sender(wakeQueue);
    const [lost] = await spec.publish(bank, shared, events(1), undefined);
    for (let shard = 0; shard < SHARDS; shard++) await sender.add({ shard }, wakeKey(shard));
    await backend.lose();
    await spec.worker({ sweepMs: 100 });
    const [silent] = await spec.publish(bank, shared, events(1), undefined);
    await spec.receiver.until(2);
    expect(spec.idsAt(endpoint)).toEqual([lost?.id, silent?.id]);
    await queues.close();
  });

  it('sends everything once when two workers serve', async () => {
    const endpoints = await spec.endpoints(shop, 20);
    const workers = [await spec.worker({ sweepMs: 100 }), await spec.worker({ sweepMs: 100 })];
    const sent: string[] = [];
    for (let round = 0; round < 20; round++) {
      const written = await spec.publish(bank, shared, events(5), workers[round % 2]);
      sent.push(...written.map(({ id }) => id));
    }
    await spec.receiver.until(2_000);
    await spec.stopAll();
    expect(spec.receiver.requests.length).toBe(2_000);
    for (const endpoint of endpoints) expect(spec.idsAt(endpoint).sort()).toEqual(sent.toSorted());
  });
}

describe('delivery, woken through PostgreSQL', () => {
  const database = aDatabase();
  beforeAll(() => prepareQueueDatabase(database.url));
  delivers(database, {
    open: () => Queues.onPostgres(database.urlOf('worker')),
    jobs: async () => {
      const [made] = await database.sql<{ count: number }>(
        `select coalesce(sum(last_value), 0)::int as count from pg_sequences where sequencename like 'bullmq_jid_%'`,
      );
      return made?.count ?? 0;
    },
    lose: async () => {
      await database.sql('delete from bullmq.job');
      await database.sql('delete from bullmq.dedup');
    },
  });
});

describeWithRedis('delivery, woken through Redis', () => {
  const database = aDatabase();
  const redis = aRedis();
  const onRedis = async <T>(work: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(redis.url);
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  };
  delivers(database, {
    open: () => Queues.onRedis(redis.url),
    jobs: () => onRedis(async (client) => Number(await client.get('crossline:endpoint-wake:id'))),
    lose: () => onRedis((client) => client.flushall()),
  });
});
