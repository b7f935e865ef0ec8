import type { AttemptRecord, PendingEvent, SetAsideRecord, SettledRecord } from './delivery-records.js';
import type { PostResult } from './poster.js';

/** Why a slice starts nothing more for its endpoint. */
export type Halt = 'endpoint-failed' | 'gone' | 'ours';

/** What came of a slice, or of the part of it that has not been recorded yet. */
export interface SliceEnd {
  /** The last event up to which all are accounted for; undefined when none are. */
  readonly upto: string | undefined;
  /** All events of the reading are accounted for. */
  readonly complete: boolean;
  /** The slice goes on. */
  readonly inProgress: boolean;
  readonly halted?: Halt | undefined;
  /** Whether any request of the slice so far was answered or failed by the receiver. */
  readonly answered: boolean;
  /** Requests in flight that the receiver has borne so far. */
  readonly window: number;
  /** The longest that any of them took. */
  readonly slowestMs: number;
  readonly retryAfterMs?: number | undefined;
  /** Start nothing for this long, for a reason of our own. */
  readonly holdMs?: number;
  readonly attempts: readonly AttemptRecord[];
  readonly setAside: readonly SetAsideRecord[];
  readonly settled: readonly SettledRecord[];
}

/** What a slice works on and with. */
export interface SlicePlan {
  readonly endpointId: string;
  readonly events: readonly PendingEvent[];
  readonly redelivery: boolean;
  /** Requests in flight at once, to begin with: it widens as they go well. */
  readonly window: number;
  /** False once the reading is too old, access has changed, or the worker stops. */
  mayStart(): boolean;
  /** Waits for a place among all requests of the worker. */
  slot(): Promise<() => void>;
  post(event: PendingEvent, body: Buffer): Promise<PostResult>;
  /** Records what is accounted for so far. */
  progress(end: SliceEnd): Promise<void>;
  /** A mistake of our own, which no answer explains. */
  fault(error: unknown): void;
  random(): number;
}
