/** A request that takes longer gives its slot back: what hangs must not hold up what works. */
const LENT_AFTER_MS = 2_000;

/**
 * How many requests a worker may have in flight. Endpoints known to be slow share a quarter of the slots. One that
 * turns slow with requests under way lends its slots to others after a moment, so at most twice `total` are in flight
 * and no set of black holes can take all of them.
 */
export class Slots {
  private inUse = 0;
  private slowInUse = 0;
  private lent = 0;
  private readonly slowShare: number;
  private readonly waiting: (() => void)[] = [];
  private readonly slowWaiting: (() => void)[] = [];

  constructor(
    private readonly total: number,
    private readonly lentAfterMs = LENT_AFTER_MS,
  ) {
    this.slowShare = Math.max(1, Math.floor(total / 4));
  }

  /** Resolves once there is room, with the function that gives the slot back. */
  async take(slow: boolean): Promise<() => void> {
    while (!this.hasRoom(slow)) await new Promise<void>((room) => (slow ? this.slowWaiting : this.waiting).push(room));
    this.inUse++;
    if (slow) this.slowInUse++;

    let lent = false;
    const timer = setTimeout(() => {
      if (this.lent >= this.total) return;
      lent = true;
      this.lent++;
      this.inUse--;
      this.admit();
    }, this.lentAfterMs);
    timer.unref();
    return () => {
      clearTimeout(timer);
      if (lent) this.lent--;
      else this.inUse--;
      if (slow) this.slowInUse--;
      this.admit();
    };
  }

  private hasRoom(slow: boolean): boolean {
    return this.inUse < this.total && (!slow || this.slowInUse < this.slowShare);
  }

  /** Wakes who may go on; each looks again, since another may have been quicker. */
  private admit(): void {
    if (this.inUse >= this.total) return;
    this.waiting.shift()?.();
    if (this.slowInUse < this.slowShare) this.slowWaiting.shift()?.();
  }
}
