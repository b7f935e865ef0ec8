import type { Health } from './breaker.js';

/** An endpoint that this worker holds the claim of. */
export interface ClaimedEndpoint {
  readonly id: string;
  readonly claimId: string;
  readonly url: string;
  readonly sealedSecret: Buffer;
  readonly health: Health;
  readonly slow: boolean;
  /** Open redeliveries: waiting and parked. */
  readonly setAside: number;
  readonly redeliveriesDue: boolean;
}

/** One event to be sent to one endpoint. */
export interface PendingEvent {
  readonly seq: string;
  readonly eventId: string;
  readonly orderKey: string;
  readonly subjectId: string;
  /** It withdraws its subject, so it need not wait for other subjects of its key. */
  readonly takesBack: boolean;
  /** An earlier event of its key is set aside, so it must be too. */
  readonly behind: boolean;
  /** Attempts made before this one. */
  readonly attempts: number;
  /** The bytes to send. Undefined: a redelivery whose event is no longer to be seen. */
  readonly body: Buffer | undefined;
}

/** The next events of one endpoint as they stood at one moment. */
export interface Reading {
  readonly events: readonly PendingEvent[];
  /** How far the cursor may move once all of them are accounted for; undefined for redeliveries. */
  readonly upto: string | undefined;
  readonly more: boolean;
  readonly epoch: string;
}

/** What one request came to. */
export interface AttemptRecord {
  readonly endpoint_id: string;
  readonly event_id: string;
  readonly status: number | undefined;
  readonly outcome: 'DELIVERED' | 'ENDPOINT_FAILED' | 'EVENT_FAILED' | 'GONE' | 'NOT_SENT';
  readonly error: string | undefined;
  readonly ms: number;
  /** When it began, by how long ago that was on our own clock: times in the database come from its clock alone. */
  readonly startedAt: number;
  readonly redelivery: boolean;
}

export interface SetAsideRecord {
  readonly endpoint_id: string;
  readonly seq: string;
  readonly event_id: string;
  readonly order_key: string;
  readonly subject_id: string;
  readonly state: 'WAITING' | 'PARKED' | 'DEAD';
  readonly attempts: number;
  readonly delay_ms: number;
}

/** A redelivery that ends; with a subject, all earlier ones about that subject. */
export interface SettledRecord {
  readonly endpoint_id: string;
  readonly seq: string;
  readonly superseded_subject: string | null;
}

/** What a slice of one endpoint came to; written as a whole or, when the claim is lost, only its attempts. */
export interface SliceRecord {
  readonly progress: {
    readonly endpoint_id: string;
    readonly claim_id: string;
    readonly upto: string | undefined;
    readonly release: boolean;
    readonly win: number;
    readonly fails: number;
    readonly openings: number;
    readonly slow: boolean;
    /** Nothing is started for this long. */
    readonly hold_ms: number | undefined;
    readonly gone: boolean;
  };
  readonly attempts: readonly AttemptRecord[];
  readonly setAside: readonly SetAsideRecord[];
  readonly settled: readonly SettledRecord[];
}
