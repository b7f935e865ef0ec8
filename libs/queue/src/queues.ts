import { createPostgresBackend, Queue, Worker, type QueueOptions, type WorkerOptions } from 'bullmq';
import { Redis } from 'ioredis';
import type { QueueDefinition } from './define-queue.js';

/** What a queue cannot answer for itself: its server is away, a job threw. Called often while a server is down. */
export type OnQueueError = (error: unknown) => void;

/** Adds jobs to one queue. */
export interface Sender<Data extends object> {
  /**
   * Adds a job. Of jobs with the same `key`, at most one is waiting and one running: a key that is added while its job
   * runs is run once more afterwards, so nobody's wake-up falls between the last look and the end.
   */
  add(data: Data, key: string): Promise<void>;
}

/** Takes jobs off one queue until it is closed. */
export interface Taker {
  /** Takes no more jobs and waits for those in hand. */
  close(): Promise<void>;
}

interface Part {
  close(): Promise<void>;
  on(event: 'error', listener: OnQueueError): unknown;
}

// Retries are the database's business, where no queue can lose them: a job is tried once and leaves no trace.
const jobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };
// A job whose worker died is given back after lockDuration; at the default of one such death it would fail for good.
const limits = { lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 1_000 };
const PREFIX = 'crossline';

/** Opens declared queues on Redis or Valkey, or on PostgreSQL where there is none. */
export class Queues {
  private readonly open = new Set<Part>();

  private constructor(
    private readonly backend: { readonly redis: Redis } | { readonly postgres: string },
    private readonly onError: OnQueueError,
  ) {}

  static onRedis(url: string, onError: OnQueueError = () => undefined): Queues {
    // Workers block on Redis, so a command must be allowed to wait for ever.
    const redis = new Redis(url, { maxRetriesPerRequest: null });
    redis.on('error', onError);
    return new Queues({ redis }, onError);
  }

  /** `url` logs in as a runtime role; the owner has called {@link prepareQueueDatabase}. */
  static onPostgres(url: string, onError: OnQueueError = () => undefined): Queues {
    return new Queues({ postgres: url }, onError);
  }

  sender<Data extends object>({ name, schema }: QueueDefinition<Data>): Sender<Data> {
    const queue = this.track(this.queue(name, { ...this.connection(), defaultJobOptions: jobOptions }));
    return {
      add: async (data, key) => {
        await queue.add(name, schema.parse(data), { deduplication: { id: key, keepLastIfActive: true } });
      },
    };
  }

  /** Hands jobs to `handle`, at most `concurrency` at a time. Whatever a job throws goes to `onError`. */
  work<Data extends object>(
    { name, schema }: QueueDefinition<Data>,
    handle: (data: Data) => Promise<void>,
    concurrency = 8,
  ): Taker {
    const run = (job: { data: unknown }) => handle(schema.parse(job.data));
    const worker = this.track(this.worker(name, run, { ...this.connection(), ...limits, concurrency }));
    worker.on('failed', (_job, error) => this.onError(error));
    return {
      close: async () => {
        this.open.delete(worker);
        await worker.close();
      },
    };
  }

  /** Waits for the jobs in hand, then lets go of the server. */
  async close(): Promise<void> {
    const parts = [...this.open];
    this.open.clear();
    await Promise.all(parts.map((part) => part.close()));
    if ('redis' in this.backend) this.backend.redis.disconnect();
  }

  private track<P extends Part>(part: P): P {
    part.on('error', this.onError); // without a listener an error event ends the process
    this.open.add(part);
    return part;
  }

  private queue(name: string, options: QueueOptions): Queue {
    return this.onRedis ? new Queue(name, options) : new Queue(name, options, createPostgresBackend as never);
  }

  private worker(name: string, run: (job: { data: unknown }) => Promise<void>, options: WorkerOptions): Worker {
    return this.onRedis
      ? new Worker(name, run, options)
      : new Worker(name, run, options, createPostgresBackend as never);
  }

  private get onRedis(): boolean {
    return 'redis' in this.backend;
  }

  private connection(): Pick<QueueOptions, 'connection' | 'prefix'> {
    if ('redis' in this.backend) return { connection: this.backend.redis, prefix: PREFIX };
    // One pool for each queue and worker, so a small one.
    return { connection: { connectionString: this.backend.postgres, max: 3 } };
  }
}
