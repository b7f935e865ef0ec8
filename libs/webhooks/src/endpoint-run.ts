import type { AccessWatch } from './access-watch.js';
import { afterSlice, type Health } from './breaker.js';
import type { ClaimedEndpoint, Reading } from './delivery-records.js';
import type { DeliveryRepository } from './delivery.repository.js';
import type { Poster } from './poster.js';
import type { Recorder } from './recorder.js';
import { jittered } from './retry-schedule.js';
import type { SealedSecrets } from './sealed-secrets.js';
import { signedHeaders } from './signed-headers.js';
import type { SliceEnd } from './slice-plan.js';
import { Slice } from './slice.js';
import type { Slots } from './slots.js';

/** Events are read at most this long before they are sent, and a claim starts nothing after it. */
const STARTING_MS = 5_000;
const SLICE_EVENTS = 100;
/** More would be a pile of rows: the cursor waits instead. */
const MAX_SET_ASIDE = 1_000;
const FULL_HOLD_MS = 30_000;
const FAULT_HOLD_MS = 5_000;
/** Between failures that do not open the breaker yet: a receiver that restarts should not use up all five at once. */
const FAILURE_HOLD_MS = 1_000;
const OURS_HOLD_MS = 5_000;
const LONGEST_HOLD_MS = 15 * 60_000;
/** An endpoint that takes longer to answer than this is slow. */
const SLOW_MS = 2_000;

/** What the runs of one worker share. */
export interface RunParts {
  readonly repository: DeliveryRepository;
  readonly recorder: Recorder;
  readonly poster: Pick<Poster, 'post'>;
  readonly secrets: SealedSecrets;
  readonly slots: Slots;
  readonly watch: AccessWatch;
  readonly random: () => number;
  readonly fault: (error: unknown) => void;
  stopping(): boolean;
}

/** Serves one claimed endpoint: first what was set aside and is due, then what comes after its cursor. */
export class EndpointRun {
  private health: Health;
  private slow: boolean;
  private setAside: number;
  private secret = '';
  private released = false;

  constructor(
    private readonly endpoint: ClaimedEndpoint,
    /** When the claim was asked for, on the monotonic clock. */
    private readonly claimedAt: number,
    private readonly parts: RunParts,
  ) {
    this.health = endpoint.health;
    this.slow = endpoint.slow;
    this.setAside = endpoint.setAside;
  }

  /** `first` was read together with the claim, at `generation`. */
  async serve(first: Reading | undefined, generation: number): Promise<void> {
    try {
      this.secret = this.parts.secrets.open(this.endpoint.id, this.endpoint.sealedSecret);
      if (this.endpoint.redeliveriesDue) {
        // What was read with the claim is now old: the outcome decides what waits behind it.
        if (await this.serveRedeliveries()) await this.serveEvents(undefined, generation);
      } else {
        await this.serveEvents(first, generation);
      }
      if (!this.released) await this.write(emptyEnd, undefined, true);
    } catch (error) {
      // Nobody knows whose fault it is. Not at once again, and not for as long as the lease either.
      if (!this.released) await this.write({ ...emptyEnd, holdMs: FAULT_HOLD_MS }, undefined, true);
      throw error;
    }
  }

  /** Whether the endpoint may be sent more. */
  private async serveRedeliveries(): Promise<boolean> {
    for (;;) {
      const before = this.parts.watch.generation;
      const reading = await this.parts.repository.dueRedeliveries(this.endpoint, SLICE_EVENTS);
      if (!reading) return !this.isOver();
      const generation = this.parts.watch.generationOf(before, reading.epoch);
      const end = await this.run(reading, generation, true);
      const goesOn = end.halted === undefined && !this.isOver();
      await this.write(end, undefined, !goesOn, true);
      if (!goesOn) return false;
    }
  }

  private async serveEvents(first: Reading | undefined, generation: number): Promise<void> {
    let reading = first;
    for (;;) {
      if (this.setAside >= MAX_SET_ASIDE) return this.write({ ...emptyEnd, holdMs: FULL_HOLD_MS }, undefined, true);
      if (!reading) {
        if (this.isOver()) return;
        const before = this.parts.watch.generation;
        reading = await this.parts.repository.nextEvents(this.endpoint, SLICE_EVENTS);
        if (!reading) return; // disabled or suspended since: its cursor waits
        generation = this.parts.watch.generationOf(before, reading.epoch);
      }
      const end = await this.run(reading, generation, false);
      const cutShort = !end.complete && end.halted === undefined;
      const release = end.halted !== undefined || this.isOver() || !(reading.more || cutShort);
      await this.write(end, end.complete ? reading.upto : end.upto, release);
      if (release) return;
      reading = undefined;
    }
  }

  private async run(reading: Reading, generation: number, redelivery: boolean): Promise<SliceEnd> {
    const { poster, slots, watch, random } = this.parts;
    const slice = new Slice({
      endpointId: this.endpoint.id,
      events: reading.events,
      redelivery,
      window: this.health.window,
      mayStart: () => !this.isOver() && watch.generation === generation,
      slot: () => slots.take(this.slow),
      post: (event, body) => poster.post(this.endpoint.url, signedHeaders(this.secret, event.eventId, body), body),
      progress: (end) => this.write(end, end.upto, false, redelivery),
      fault: this.parts.fault,
      random,
    });
    return slice.run();
  }

  private isOver(): boolean {
    return this.parts.stopping() || performance.now() - this.claimedAt > STARTING_MS;
  }

  private async write(end: SliceEnd, upto: string | undefined, release: boolean, redelivery = false): Promise<void> {
    const records = end.attempts.length + end.setAside.length + end.settled.length;
    if (records === 0 && upto === undefined && !release) return;
    const verdict = end.halted === 'endpoint-failed' ? 'endpoint-failed' : 'clean';
    const after =
      end.inProgress || !end.answered
        ? undefined
        : afterSlice({ ...this.health, window: end.window }, verdict, this.parts.random);
    if (after) this.health = after;
    if (end.answered) this.slow = end.slowestMs >= SLOW_MS;
    this.setAside += (redelivery ? 0 : end.setAside.length) - end.settled.length;
    this.released ||= release;

    const hold = Math.max(after?.openForMs ?? 0, this.holdAfter(end));
    await this.parts.recorder.write({
      progress: {
        endpoint_id: this.endpoint.id,
        claim_id: this.endpoint.claimId,
        upto,
        release,
        win: this.health.window,
        fails: this.health.fails,
        openings: this.health.openings,
        slow: this.slow,
        hold_ms: hold > 0 ? hold : undefined,
        gone: end.halted === 'gone',
      },
      attempts: end.attempts,
      setAside: end.setAside,
      settled: end.settled,
    });
  }

  /** How long to start nothing after such an end, leaving the breaker aside. */
  private holdAfter({ halted, retryAfterMs = 0, holdMs = 0 }: SliceEnd): number {
    if (halted === 'ours') return jittered(OURS_HOLD_MS, this.parts.random);
    if (halted !== 'endpoint-failed') return holdMs;
    return Math.max(jittered(FAILURE_HOLD_MS, this.parts.random), Math.min(retryAfterMs, LONGEST_HOLD_MS));
  }
}

const emptyEnd: SliceEnd = {
  upto: undefined,
  complete: true,
  inProgress: false,
  answered: false,
  window: 1,
  slowestMs: 0,
  attempts: [],
  setAside: [],
  settled: [],
};
