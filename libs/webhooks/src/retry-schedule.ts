const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The longest a receiver may ask us to wait. */
export const MAX_RETRY_AFTER_MS = 24 * HOUR;

// The wait before each attempt, Standard Webhooks' example: 10 attempts over 75 h 35 min 5 s before jitter, so an
// endpoint that broke on Friday evening still gets its events on Monday.
const schedule = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/**
 * Milliseconds until the next attempt after `attempts` were made; `undefined` when the schedule is used up and the
 * event becomes a dead letter. A receiver's Retry-After can lengthen the wait up to a day, never shorten it.
 * `random` gives numbers in [0, 1).
 */
export function nextAttemptDelayMs(
  attempts: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number | undefined {
  const scheduled = schedule[attempts];
  if (scheduled === undefined) return undefined;
  const asked = Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
  return Math.max(jittered(scheduled, random), asked);
}

/** A duration spread by ±20 %, so that what failed together does not return together. */
export function jittered(ms: number, random: () => number): number {
  return Math.round(ms * (0.8 + 0.4 * random()));
}
