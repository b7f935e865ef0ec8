import { Listener } from '#database';

/**
 * Notices that somebody lost access. Whoever reads events remembers the generation from before the reading and starts
 * nothing more of it once the generation has changed.
 */
export class AccessWatch {
  private readonly listener: Listener;
  private epoch = 0n;
  generation = 0;

  constructor(
    listenUrl: string,
    private readonly readEpoch: () => Promise<string>,
  ) {
    this.listener = new Listener(listenUrl, 'crossline_access', () => {
      this.generation++;
    });
  }

  async start(): Promise<void> {
    await this.listener.start();
    this.epoch = BigInt(await this.readEpoch()); // or the first readings would each take it for news
  }

  stop(): Promise<void> {
    return this.listener.stop();
  }

  /**
   * The generation that a reading belongs to, which began at generation `before` and found this epoch: notifications
   * can be lost, so a newer epoch counts as one. The reading that found it is itself as new.
   */
  generationOf(before: number, epoch: string): number {
    const seen = BigInt(epoch);
    if (seen <= this.epoch) return before;
    this.epoch = seen;
    this.generation++;
    return this.generation === before + 1 ? this.generation : before;
  }
}
