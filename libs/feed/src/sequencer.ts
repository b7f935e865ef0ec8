import { Listener, type Db } from '#database';

/** Rows for each statement: narrow rows in batches of thousands are what makes it fast. */
const BATCH = 2_000;
/** The fallback for a lost notification. */
const POLL_MS = 250;
/** Ids older than this are sequenced: a publishing transaction may not last longer (transaction_timeout). */
const FLOOR_AGE_MS = 60_000;
const PARTITIONS_EVERY_MS = 3_600_000;

interface Batch {
  readonly moved: string | null;
  readonly touched: number[] | null;
  readonly highest_id: string | null;
}

export interface SequencerEvents {
  /** Events were appended for these audiences. */
  sequenced(audienceIds: readonly number[]): void;
  failed(error: unknown): void;
}

/**
 * Moves the outbox into the feed. Any worker may run one: there is no leader, each batch takes a lock in the
 * transaction that writes, so a paused process cannot write later.
 */
export class Sequencer {
  private readonly listener: Listener;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private asked = false;
  private stopped = false;
  private partitionsMadeAt = 0;
  /**
   * Where the scan of the outbox starts: rows below it are gone, but an old snapshot elsewhere keeps their corpses, and
   * walking over them would slow every batch. Back to 0 once in a while, for safety.
   */
  private floor = 0n;
  private nextFloor = { id: 0n, at: 0 };

  constructor(
    private readonly db: Db,
    listenUrl: string,
    private readonly events: SequencerEvents,
  ) {
    this.listener = new Listener(listenUrl, 'crossline_outbox', () => this.wake());
  }

  async start(): Promise<void> {
    await this.makePartitions();
    await this.listener.start();
    this.timer = setInterval(() => this.wake(), POLL_MS);
  }

  /** Finishes the batch in hand. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.listener.stop();
    await this.running;
  }

  /** Drains the outbox; a call during a run makes it look once more. */
  wake(): void {
    this.asked = true;
    this.running ??= this.drain().finally(() => {
      this.running = undefined;
      if (this.asked && !this.stopped) this.wake(); // asked between the last look and here
    });
  }

  private async drain(): Promise<void> {
    while (this.asked && !this.stopped) {
      this.asked = false;
      try {
        await this.makePartitions();
        if ((await this.batch()) === BATCH) this.asked = true; // there may be more
      } catch (error) {
        this.events.failed(error);
      }
    }
  }

  private async batch(): Promise<number> {
    const [batch] = await this.db.asSystem('gives events their place in the feed', (tx) =>
      tx.query<Batch[]>('select moved, touched, highest_id from app.sequence_batch($1, $2)', [
        BATCH,
        String(this.floor),
      ]),
    );
    this.raiseFloor(batch?.highest_id);
    if (batch?.touched) this.events.sequenced(batch.touched);
    return Number(batch?.moved ?? 0);
  }

  private raiseFloor(highest: string | null | undefined): void {
    const now = Date.now();
    if (now - this.nextFloor.at < FLOOR_AGE_MS) return;
    // Every second time from 0: whatever the reasoning above overlooks waits a minute at most.
    this.floor = this.floor === 0n ? this.nextFloor.id : 0n;
    this.nextFloor = { id: BigInt(highest ?? this.nextFloor.id), at: now };
  }

  private async makePartitions(): Promise<void> {
    if (Date.now() - this.partitionsMadeAt < PARTITIONS_EVERY_MS) return;
    await this.db.asSystem('makes the next partition of the feed', (tx) =>
      tx.query('select app.prepare_feed_partitions()'),
    );
    this.partitionsMadeAt = Date.now();
  }
}
