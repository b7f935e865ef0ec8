import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '#kernel';
import { prepareQueueDatabase, Queues } from '#queue';
import {
  aDatabase,
  aGroup,
  anAudience,
  anOrganisation,
  aRedis,
  describeWithRedis,
  someEvents,
  TEST_SECRET,
  type TestDatabase,
} from '#testing';
import { deliveryUnderSpec, type SpecEndpoint } from './delivery-under-spec.js';

const EVENTS = 5_000;
const BATCH = 50;
const KILLS = 10;

/** The worker as it is deployed: a process of its own, which tests can kill. */
class WorkerProcess {
  private child: ChildProcess | undefined;

  constructor(private readonly env: Record<string, string>) {}

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['dist/apps/worker/src/main.js'], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child = child;
    await Promise.race([once(child, 'message'), once(child, 'exit')]);
    if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}`);
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.child?.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}

function survives(database: TestDatabase, env: () => Record<string, string>, afterKill: () => Promise<unknown>): void {
  // Delivers nothing itself: only its receiver and its endpoints are used.
  const spec = deliveryUnderSpec(database, () => Queues.onPostgres(database.urlOf('worker')));

  it('loses nothing and leaks nothing when the worker is killed ten times', async () => {
    const organisations: Actor[] = [];
    for (let i = 0; i < 6; i++) organisations.push(await anOrganisation(database));
    const [publisher, ...readers] = organisations as [Actor, ...Actor[]];
    const [a, b, c] = [readers.slice(0, 3), readers.slice(2, 4), readers.slice(4)];
    const groupOf = async (members: readonly Actor[]) => {
      const groups = [await aGroup(database, [publisher, ...members])];
      return { audience: await anAudience(database, { groups }), members: new Set(members) };
    };
    const audiences = [await groupOf(a), await groupOf(b), await groupOf(c)];
    await database.sql('select app.prepare_feed_partitions()');
    await database.sql('select app.sequence_batch(1000, 0)'); // the joining itself is not what is counted

    const endpoints: (SpecEndpoint & { owner: Actor; due: Set<string> })[] = [];
    for (const owner of readers) {
      for (const endpoint of await spec.endpoints(owner, 4)) endpoints.push({ ...endpoint, owner, due: new Set() });
    }
    const idOfBody = new Map<string, string>();
    const publishAll = async () => {
      for (let published = 0; published < EVENTS; published += BATCH) {
        const to = audiences[Math.random() < 0.7 ? 0 : Math.random() < 0.7 ? 1 : 2];
        if (!to) continue;
        const written = await someEvents(
          database,
          publisher,
          to.audience,
          Array.from({ length: BATCH }, () => ({})),
        );
        await database.sql(`select pg_notify('crossline_outbox', '')`);
        for (const { id, body } of written) {
          idOfBody.set(body, id);
          for (const { owner, due } of endpoints) if (to.members.has(owner)) due.add(id);
        }
        await sleep(100);
      }
    };

    const worker = new WorkerProcess(env());
    const publishing = publishAll();
    for (let kill = 0; kill < KILLS; kill++) {
      await worker.start();
      const before = spec.receiver.requests.length;
      await spec.receiver.until(() => spec.receiver.requests.length > before + 500);
      await sleep(Math.random() * 500);
      await worker.end('SIGKILL');
      await afterKill();
      // The lease of what it held runs out, only sooner.
      await database.sql(`update endpoint_state set lease_until = clock_timestamp() where claim_id is not null`);
    }
    await publishing;
    await worker.start();
    const arrived = () => endpoints.map((endpoint) => new Set(spec.idsAt(endpoint)));
    const anyMissing = (now: readonly Set<string>[]) =>
      endpoints.some(({ due }, index) => [...due].some((id) => !now[index]?.has(id)));
    while (anyMissing(arrived())) await sleep(1_000);
    await worker.end('SIGTERM');

    const now = arrived();
    for (const [index, { due }] of endpoints.entries()) expect(now[index]).toEqual(due);
    // A repeat is the same event under the same id, byte for byte.
    for (const { headers, body } of spec.receiver.requests) expect(idOfBody.get(body)).toBe(headers['webhook-id']);
    const repeats = spec.receiver.requests.length - endpoints.reduce((sum, { due }) => sum + due.size, 0);
    // Each kill can repeat what was started since the last record: at most a reading of 100 for each of 20 endpoints.
    expect(repeats).toBeLessThan(KILLS * 20 * 100);
    process.stderr.write(`${spec.receiver.requests.length} requests, ${repeats} of them repeats\n`);
  });
}

describe('a worker that is killed, with its queue on PostgreSQL', () => {
  const database = aDatabase();
  beforeAll(() => prepareQueueDatabase(database.url));
  const env = () => ({
    DATABASE_URL: database.url,
    REDIS_URL: '',
    CROSSLINE_SECRET: TEST_SECRET,
    CROSSLINE_LOOPBACK_RECEIVERS: 'true',
  });
  survives(database, env, () => Promise.resolve());
});

describeWithRedis('a worker that is killed, with its queue on a Redis that forgets everything each time', () => {
  const database = aDatabase();
  const redis = aRedis();
  beforeAll(() => prepareQueueDatabase(database.url));
  const env = () => ({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    CROSSLINE_SECRET: TEST_SECRET,
    CROSSLINE_LOOPBACK_RECEIVERS: 'true',
  });
  survives(database, env, async () => {
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
  });
});
