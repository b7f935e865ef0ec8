import { setTimeout as sleep } from 'node:timers/promises';
import type { SliceRecord } from './delivery-records.js';
import type { DeliveryRepository } from './delivery.repository.js';

/** One flush writes what has come together meanwhile, so a thousand endpoints share a few commits. */
const LARGEST_BATCH = 250;
const FLUSHES_AT_ONCE = 2;
const RETRY_MS = 250;
/** A slice starts for 5 s and its last request ends 15 s later; until the lease of 60 s is over, recording is worth a try. */
const GIVE_UP_AFTER_MS = 35_000;

interface Entry {
  readonly record: SliceRecord;
  readonly since: number;
  readonly written: () => void;
  readonly lost: (error: unknown) => void;
}

/** Writes down what came of deliveries, in batches that form while the one before is being written. */
export class Recorder {
  private readonly waiting: Entry[] = [];
  private flushing = 0;

  constructor(
    private readonly repository: DeliveryRepository,
    private readonly onError: (error: unknown) => void,
  ) {}

  /**
   * Resolves when it is written. Records of one endpoint must be handed in one after the other. Rejects when the
   * database stays away until the lease is nearly over: then the events are sent again, under the same ids.
   */
  write(record: SliceRecord): Promise<void> {
    return new Promise((written, lost) => {
      this.waiting.push({ record, since: performance.now(), written, lost });
      // After this turn of the loop, so that answers that came together are written together.
      if (this.flushing < FLUSHES_AT_ONCE) setImmediate(() => void this.flush());
    });
  }

  private async flush(): Promise<void> {
    if (this.flushing >= FLUSHES_AT_ONCE) return;
    this.flushing++;
    while (this.waiting.length > 0) await this.save(this.waiting.splice(0, LARGEST_BATCH));
    this.flushing--;
  }

  private async save(batch: readonly Entry[]): Promise<void> {
    try {
      await this.repository.finish(batch.map(({ record }) => record));
      for (const { written } of batch) written();
    } catch (error) {
      const [first] = batch;
      if (batch.length > 1) {
        // One bad record must not take the others with it.
        const middle = Math.ceil(batch.length / 2);
        await this.save(batch.slice(0, middle));
        await this.save(batch.slice(middle));
      } else if (first) await this.again(first, error);
    }
  }

  private async again(entry: Entry, error: unknown): Promise<void> {
    this.onError(error);
    if (performance.now() - entry.since > GIVE_UP_AFTER_MS) {
      entry.lost(error);
      return;
    }
    await sleep(RETRY_MS);
    await this.save([entry]);
  }
}
