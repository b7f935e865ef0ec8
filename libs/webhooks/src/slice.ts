import { WIDEST_WINDOW } from './breaker.js';
import type { AttemptRecord, PendingEvent, SetAsideRecord, SettledRecord } from './delivery-records.js';
import type { PostResult } from './poster.js';
import { nextAttemptDelayMs } from './retry-schedule.js';
import type { Halt, SliceEnd, SlicePlan } from './slice-plan.js';

const PROGRESS_EVERY_MS = 1_000;
const OURS_RETRY_MS = 5_000;

/** How one started event ended; `ours` went nowhere for a reason that is not the receiver's. */
interface Account {
  readonly ours: boolean;
  readonly setAside?: SetAsideRecord;
  readonly settled: readonly SettledRecord[];
}

/**
 * Sends the events of one reading to one endpoint. Started means accounted for: a request once started ends as
 * delivered or set aside, and the cursor passes exactly what is accounted for. Events of one key go one after the other.
 */
export class Slice {
  private readonly accounts: (Account | undefined)[] = [];
  private readonly keysInFlight = new Set<string>();
  private inFlight = 0;
  private window: number;
  private deliveredAtWindow = 0;
  private ended: (() => void) | undefined;
  private readonly blockedKeys = new Set<string>();
  private attempts: AttemptRecord[] = [];
  private recorded = 0;
  private halted: Halt | undefined;
  private answered = false;
  private slowestMs = 0;
  private retryAfterMs: number | undefined;
  private progressAt = performance.now();
  private recording: Promise<void> | undefined;
  private lost: { readonly error: unknown } | undefined;

  constructor(private readonly plan: SlicePlan) {
    this.window = plan.window;
  }

  async run(): Promise<SliceEnd> {
    await this.startAll();
    while (this.inFlight > 0) await this.oneEnded();
    await this.recording;
    // What it held must not be passed: the whole slice counts as not recorded.
    if (this.lost) throw this.lost.error;
    return this.collect(true);
  }

  private async startAll(): Promise<void> {
    const { events } = this.plan;
    for (const [index, event] of events.entries()) {
      while (this.inFlight >= this.window || this.keysInFlight.has(event.orderKey)) await this.oneEnded();
      if (!this.mayStart()) return;
      const settledUnsent = this.withoutSending(event);
      if (settledUnsent) {
        this.accounts[index] = settledUnsent;
        continue;
      }
      const giveBack = await this.plan.slot();
      if (!this.mayStart()) {
        giveBack();
        return;
      }
      this.launch(index, event, giveBack);
    }
  }

  private mayStart(): boolean {
    return this.halted === undefined && this.plan.mayStart();
  }

  private withoutSending(event: PendingEvent): Account | undefined {
    if (event.body === undefined) return { ours: false, settled: [this.settle(event)] };
    if (event.behind || (this.blockedKeys.has(event.orderKey) && !event.takesBack)) {
      return { ours: false, setAside: this.aside(event, 'PARKED', event.attempts, 0), settled: [] };
    }
    return undefined;
  }

  private async oneEnded(): Promise<void> {
    await new Promise<void>((ended) => {
      this.ended = ended;
    });
  }

  private launch(index: number, event: PendingEvent, giveBack: () => void): void {
    this.accounts[index] = undefined;
    this.inFlight++;
    this.keysInFlight.add(event.orderKey);
    void this.send(event).then((account) => {
      this.accounts[index] = account;
      this.inFlight--;
      this.keysInFlight.delete(event.orderKey);
      giveBack();
      this.reportProgress();
      this.ended?.();
    });
  }

  private async send(event: PendingEvent): Promise<Account> {
    const startedAt = performance.now();
    const result = await this.post(event);
    this.answered ||= result.outcome !== 'ours';
    this.slowestMs = Math.max(this.slowestMs, result.ms);
    this.attempts.push({
      endpoint_id: this.plan.endpointId,
      event_id: event.eventId,
      status: result.status,
      outcome: outcomeNames[result.outcome],
      error: result.error,
      ms: result.ms,
      startedAt,
      redelivery: this.plan.redelivery,
    });
    return this.account(event, result);
  }

  private async post(event: PendingEvent): Promise<PostResult> {
    try {
      return await this.plan.post(event, event.body ?? Buffer.alloc(0));
    } catch (error) {
      this.plan.fault(error);
      return {
        outcome: 'ours',
        error: 'local.fault',
        status: undefined,
        ms: 0,
        retryAfterMs: undefined,
        responseExcerpt: undefined,
      };
    }
  }

  private account(event: PendingEvent, { outcome, retryAfterMs }: PostResult): Account {
    // An event that takes something back settles what was set aside about it, whether it arrives now or later.
    const supersedes = event.takesBack ? [this.settle(event, event.subjectId)] : [];
    switch (outcome) {
      case 'delivered':
        this.widen();
        return { ours: false, settled: [...supersedes, ...(this.plan.redelivery ? [this.settle(event)] : [])] };
      case 'ours':
        this.halted ??= 'ours';
        return { ours: true, settled: [] };
      case 'gone':
        this.halted = 'gone';
        return { ours: false, setAside: this.aside(event, 'WAITING', event.attempts + 1, 0), settled: supersedes };
      case 'endpoint-failed':
        if (this.halted !== 'gone') this.halted = 'endpoint-failed';
        this.retryAfterMs = Math.max(this.retryAfterMs ?? 0, retryAfterMs ?? 0);
        return { ours: false, setAside: this.again(event, retryAfterMs), settled: supersedes };
      case 'event-failed':
        return { ours: false, setAside: this.again(event, retryAfterMs), settled: supersedes };
    }
  }

  /** As many requests as fit into the window have gone well: the receiver bears one more at once. */
  private widen(): void {
    if (++this.deliveredAtWindow < this.window) return;
    this.deliveredAtWindow = 0;
    this.window = Math.min(this.window + 1, WIDEST_WINDOW);
  }

  private again(event: PendingEvent, retryAfterMs: number | undefined): SetAsideRecord {
    const attempts = event.attempts + 1;
    const delay = nextAttemptDelayMs(attempts, retryAfterMs, () => this.plan.random());
    if (delay === undefined) return this.aside(event, 'DEAD', attempts, 0);
    this.blockedKeys.add(event.orderKey);
    return this.aside(event, 'WAITING', attempts, delay);
  }

  private aside(
    event: PendingEvent,
    state: SetAsideRecord['state'],
    attempts: number,
    delayMs: number,
  ): SetAsideRecord {
    const { seq, eventId, orderKey, subjectId } = event;
    const where = { endpoint_id: this.plan.endpointId, seq, event_id: eventId };
    return { ...where, order_key: orderKey, subject_id: subjectId, state, attempts, delay_ms: Math.round(delayMs) };
  }

  private settle({ seq }: PendingEvent, supersededSubject: string | null = null): SettledRecord {
    return { endpoint_id: this.plan.endpointId, seq, superseded_subject: supersededSubject };
  }

  private reportProgress(): void {
    if (this.recording || performance.now() - this.progressAt < PROGRESS_EVERY_MS) return;
    this.progressAt = performance.now();
    this.recording = this.plan
      .progress(this.collect(false))
      .catch((error: unknown) => {
        this.lost = { error };
      })
      .finally(() => {
        this.recording = undefined;
      });
  }

  /** What is accounted for and not recorded yet. Attempts of events further on go along: they happened. */
  private collect(final: boolean): SliceEnd {
    const { events, redelivery } = this.plan;
    let end = this.accounts.length;
    // What went nowhere at the very end was never started: the cursor stays before it.
    if (final) while (end > this.recorded && this.accounts[end - 1]?.ours) end--;
    const fresh: Account[] = [];
    for (; this.recorded < end; this.recorded++) {
      const account = this.accounts[this.recorded];
      const event = events[this.recorded];
      if (!account || !event || (account.ours && !final)) break;
      fresh.push(account.ours && !redelivery ? { ...account, setAside: this.oursInBetween(event) } : account);
    }
    const attempts = this.attempts;
    this.attempts = [];
    return {
      upto: redelivery ? undefined : events[this.recorded - 1]?.seq,
      complete: this.recorded === events.length,
      inProgress: !final,
      halted: final ? this.halted : undefined,
      answered: this.answered,
      window: this.window,
      slowestMs: this.slowestMs,
      retryAfterMs: this.retryAfterMs,
      attempts,
      setAside: fresh.flatMap(({ setAside }) => setAside ?? []),
      settled: fresh.flatMap(({ settled }) => settled),
    };
  }

  /** It went nowhere, but events after it did, so the cursor passes it: not counted as an attempt. */
  private oursInBetween(event: PendingEvent): SetAsideRecord {
    return this.aside(event, 'WAITING', event.attempts, OURS_RETRY_MS);
  }
}

const outcomeNames: Record<PostResult['outcome'], AttemptRecord['outcome']> = {
  delivered: 'DELIVERED',
  'endpoint-failed': 'ENDPOINT_FAILED',
  'event-failed': 'EVENT_FAILED',
  gone: 'GONE',
  ours: 'NOT_SENT',
};
