import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { aDatabase, aRedis, describeWithRedis } from '#testing';
import { defineQueue, prepareQueueDatabase, Queues } from './index.js';

const wake = defineQueue('wake', z.object({ shard: z.number() }));

/** What both backends must do, each opened by `open`. */
function behavesAsAQueue(open: (onError: (error: unknown) => void) => Queues): void {
  let queues: Queues;
  let errors: unknown[];
  beforeEach(() => {
    errors = [];
    queues = open((error) => errors.push(error));
  });
  afterEach(() => queues.close());

  /** Resolves with the shards handled once there are `count` of them. */
  const handled = (count: number, handle: (shard: number) => Promise<void> = () => Promise.resolve()) => {
    const seen: number[] = [];
    return new Promise<number[]>((done) => {
      queues.work(wake, async ({ shard }) => {
        await handle(shard);
        seen.push(shard);
        if (seen.length === count) done(seen);
      });
    });
  };

  it('hands a job to a worker', async () => {
    const seen = handled(1);
    await queues.sender(wake).add({ shard: 7 }, 's7');
    expect(await seen).toEqual([7]);
  });

  it('refuses a payload that does not fit, before it is added', async () => {
    await expect(queues.sender(wake).add({ shard: 'x' } as never, 's1')).rejects.toThrow();
  });

  it('keeps one waiting job for a key, however often it is added', async () => {
    const sender = queues.sender(wake);
    for (let i = 0; i < 20; i++) await sender.add({ shard: 3 }, 's3');
    await sender.add({ shard: 4 }, 's4');
    expect((await handled(2)).sort()).toEqual([3, 4]);
  });

  it('runs a key once more when it is added while its job runs', async () => {
    const sender = queues.sender(wake);
    let runs = 0;
    const seen = handled(2, async () => {
      if (++runs === 1) for (let i = 0; i < 3; i++) await sender.add({ shard: 5 }, 's5');
    });
    await sender.add({ shard: 5 }, 's5');
    expect(await seen).toEqual([5, 5]);
    await sleep(100);
    expect(runs).toBe(2);
  });

  it('takes a key again after its job failed, and says what it threw', async () => {
    const sender = queues.sender(wake);
    let runs = 0;
    const seen = handled(1, () => (++runs === 1 ? Promise.reject(new Error('boom')) : Promise.resolve()));
    await sender.add({ shard: 6 }, 's6');
    while (runs === 0) await sleep(10);
    await sleep(100);
    await sender.add({ shard: 6 }, 's6');
    expect(await seen).toEqual([6]);
    expect(errors.map(String)).toContain('Error: boom');
  });

  it('waits for the job in hand when it is closed', async () => {
    let finished = false;
    const started = new Promise<void>((begun) => {
      queues.work(wake, async () => {
        begun();
        await sleep(100);
        finished = true;
      });
    });
    await queues.sender(wake).add({ shard: 8 }, 's8');
    await started;
    await queues.close();
    expect(finished).toBe(true);
  });
}

describe('a queue on PostgreSQL', () => {
  const database = aDatabase();
  beforeAll(async () => {
    await prepareQueueDatabase(database.url);
    await prepareQueueDatabase(database.url); // again, as each start does
  });
  behavesAsAQueue((onError) => Queues.onPostgres(database.urlOf('worker'), onError));
});

describeWithRedis('a queue on Redis', () => {
  const redis = aRedis();
  behavesAsAQueue((onError) => Queues.onRedis(redis.url, onError));

  it('takes new jobs after everything in Redis was lost', async () => {
    const queues = Queues.onRedis(redis.url);
    const client = new Redis(redis.url);
    const sender = queues.sender(wake);
    await sender.add({ shard: 1 }, 's1');
    await client.flushall();
    await sender.add({ shard: 2 }, 's2');
    const seen = await new Promise<number>((done) => {
      queues.work(wake, ({ shard }) => {
        done(shard);
        return Promise.resolve();
      });
    });
    expect(seen).toBe(2);
    client.disconnect();
    await queues.close();
  });
});
