import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '#database';
import type { Queues, Sender, Taker } from '#queue';
import { AccessWatch } from './access-watch.js';
import { DeliveryRepository } from './delivery.repository.js';
import { EndpointRun, type RunParts } from './endpoint-run.js';
import type { Poster } from './poster.js';
import { Recorder } from './recorder.js';
import { jittered } from './retry-schedule.js';
import type { SealedSecrets } from './sealed-secrets.js';
import { Slots } from './slots.js';
import { SHARDS, wakeKey, wakeQueue } from './wake-queue.js';

const GROUP = 100;
const GROUP_EVENTS = 10;
const SERVE_MS = 5_000;
const SWEEP_MS = 2_000;
const WAKES_AT_ONCE = 8;
/** Between two rounds of wake-ups, so that a stream of single events does not ask a thousand times a second. */
const WAKE_PAUSE_MS = 10;
/** Endpoints just released are looked at once more after this: a wake-up may have found them taken. */
const RELEASED_PAUSE_MS = 50;
/** While as many endpoints are being served as a worker takes on. */
const FULL_PAUSE_MS = 10;
const PARTITIONS_EVERY_MS = 3_600_000;

/** How a worker delivers. */
export interface DeliveryOptions {
  /** Where a connection that listens may log in: the worker's own URL. */
  readonly listenUrl: string;
  /** Requests in flight, 256 unless told. */
  readonly concurrency?: number;
  readonly sweepMs?: number;
  readonly onError?: (error: unknown) => void;
  readonly random?: () => number;
}

/**
 * Delivers the feed to webhook endpoints. Each endpoint is a cursor; a worker claims those with something to do, reads
 * what they may see now, sends it and moves the cursors. Any number of workers may run; wake-ups make it quick, the
 * sweep makes it certain.
 */
export class Delivery {
  private readonly repository: DeliveryRepository;
  private readonly parts: RunParts;
  private readonly wakes: Sender<{ shard: number }>;
  private readonly concurrency: number;
  private readonly onError: (error: unknown) => void;
  private readonly random: () => number;
  private readonly runs = new Set<Promise<void>>();
  private readonly released = new Set<string>();
  private readonly touched = new Set<number>();
  private waking: Promise<void> | undefined;
  private releasing: Promise<void> | undefined;
  private sweeping: Promise<void> | undefined;
  private taker: Taker | undefined;
  private readonly stopped = new AbortController();

  constructor(
    db: Db,
    poster: Pick<Poster, 'post'>,
    secrets: SealedSecrets,
    private readonly queues: Queues,
    private readonly options: DeliveryOptions,
  ) {
    this.concurrency = options.concurrency ?? 256;
    this.onError = options.onError ?? (() => undefined);
    this.random = options.random ?? Math.random;
    this.repository = new DeliveryRepository(db);
    this.parts = {
      repository: this.repository,
      recorder: new Recorder(this.repository, this.onError),
      poster,
      secrets,
      slots: new Slots(this.concurrency),
      watch: new AccessWatch(options.listenUrl, () => this.repository.accessEpoch()),
      random: this.random,
      fault: this.onError,
      stopping: () => this.stopped.signal.aborted,
    };
    this.wakes = queues.sender(wakeQueue);
  }

  async start(): Promise<void> {
    setMaxListeners(0, this.stopped.signal); // each of up to eight handlers may be pausing
    await this.repository.preparePartitions();
    await this.parts.watch.start();
    this.taker = this.queues.work(wakeQueue, ({ shard }) => this.serveAwoken(shard), WAKES_AT_ONCE);
    this.sweeping = this.sweep();
  }

  /** Starts nothing more, finishes and records what is in flight. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await Promise.all([this.taker?.close(), this.sweeping, this.waking, this.releasing]);
    await Promise.all(this.runs);
    await this.parts.watch.stop();
  }

  /**
   * Events were appended for these audiences: wakes the shards they concern, one job for each. Calls during a round
   * are gathered for the next. Never throws: a wake-up that is lost is made good by the sweep.
   */
  async wake(audienceIds: readonly number[]): Promise<void> {
    for (const id of audienceIds) this.touched.add(id);
    this.waking ??= this.wakeTouched().finally(() => {
      this.waking = undefined;
    });
    await this.waking;
  }

  private async wakeTouched(): Promise<void> {
    while (this.touched.size > 0 && !this.parts.stopping()) {
      const audiences = [...this.touched];
      this.touched.clear();
      try {
        const shards = await this.repository.shardsOf(audiences);
        await Promise.all(shards.map((shard) => this.wakes.add({ shard }, wakeKey(shard))));
      } catch (error) {
        this.onError(error);
      }
      await this.pause(WAKE_PAUSE_MS);
    }
  }

  /** A wake-up's work: at most 5 s of starting, then the shard queues again behind the others. */
  private async serveAwoken(shard: number): Promise<void> {
    const done = await this.serve(() => this.repository.dueIn([shard], GROUP));
    if (!done && !this.parts.stopping()) await this.wakes.add({ shard }, wakeKey(shard));
  }

  /** Serves lagging endpoints itself, never through the queue: it repairs whatever the queue lost. */
  private async sweep(): Promise<void> {
    let partitionsAt = performance.now();
    while (!this.parts.stopping()) {
      await this.pause(jittered(this.options.sweepMs ?? SWEEP_MS, this.random));
      try {
        for (let shard = 0; shard < SHARDS && !this.parts.stopping(); shard++) {
          await this.serve(() => this.repository.dueIn([shard], GROUP));
        }
        if (performance.now() - partitionsAt > PARTITIONS_EVERY_MS) {
          await this.repository.preparePartitions();
          partitionsAt = performance.now();
        }
      } catch (error) {
        this.onError(error);
      }
    }
  }

  /** Starts runs for what is due until nothing is, without waiting for their end. False: time was up before. */
  private async serve(due: () => Promise<string[]>): Promise<boolean> {
    const until = performance.now() + SERVE_MS;
    while (performance.now() < until && !this.parts.stopping()) {
      if (this.runs.size >= this.concurrency * 2) {
        await this.pause(FULL_PAUSE_MS);
        continue;
      }
      const ids = await due();
      if (ids.length > 0) await this.startRuns(ids);
      if (ids.length < GROUP) return true;
    }
    return false;
  }

  private async startRuns(ids: readonly string[]): Promise<void> {
    const before = this.parts.watch.generation;
    const claimedAt = performance.now();
    const claimed = await this.repository.claim(ids, GROUP_EVENTS);
    const epoch = claimed.find(({ reading }) => reading)?.reading?.epoch; // one statement, so one epoch for all
    const generation = epoch === undefined ? before : this.parts.watch.generationOf(before, epoch);
    for (const { endpoint, reading } of claimed) {
      const run = new EndpointRun(endpoint, claimedAt, this.parts)
        .serve(reading, generation)
        .catch(this.onError)
        .finally(() => {
          this.runs.delete(run);
          this.lookAgainAt(endpoint.id);
        });
      this.runs.add(run);
    }
  }

  private lookAgainAt(endpointId: string): void {
    this.released.add(endpointId);
    if (this.parts.stopping()) return;
    this.releasing ??= this.serveReleased().finally(() => {
      this.releasing = undefined;
    });
  }

  private async serveReleased(): Promise<void> {
    while (this.released.size > 0 && !this.parts.stopping()) {
      await this.pause(RELEASED_PAUSE_MS);
      const ids = [...this.released];
      this.released.clear();
      try {
        const due = await this.repository.stillDue(ids);
        await this.serve(() => Promise.resolve(due.splice(0, GROUP)));
      } catch (error) {
        this.onError(error);
      }
    }
  }

  private async pause(ms: number): Promise<void> {
    await sleep(Math.max(0, ms), undefined, { signal: this.stopped.signal }).catch(() => undefined);
  }
}
