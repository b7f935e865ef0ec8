import { jittered } from './retry-schedule.js';

const OPENS_AT_FAILS = 5;
const FIRST_OPEN_MS = 30_000;
const LONGEST_OPEN_MS = 15 * 60_000;
// 30 s · 2⁵ = 16 min, already past the longest: counting further openings changes nothing.
const LAST_OPENING = 5;
/** Requests in flight to one endpoint, at most. */
export const WIDEST_WINDOW = 8;
// An endpoint can be down for years; the count must still fit any column.
const MOST_FAILS = 1_000;

/** How an endpoint has been doing: its breaker and its window of requests in flight. */
export interface Health {
  /** Failed slices in a row; stops counting at 1,000. */
  readonly fails: number;
  /** How many requests may be in flight, 1 to 8. */
  readonly window: number;
  /** How often the breaker opened since the last clean slice; stops counting at 5. */
  readonly openings: number;
}

/** Where every new endpoint starts. */
export const newHealth: Health = { fails: 0, window: 1, openings: 0 };

/**
 * The endpoint's health after one slice, and how long its breaker is now open, if it is. After that time one slice is
 * the probe: if it fails too, the breaker opens again for twice as long; if it is clean, all is forgiven but the window.
 */
export function afterSlice(
  health: Health,
  outcome: 'clean' | 'endpoint-failed',
  random: () => number,
): Health & { readonly openForMs: number | undefined } {
  if (outcome === 'clean') {
    return { fails: 0, window: Math.min(health.window + 1, WIDEST_WINDOW), openings: 0, openForMs: undefined };
  }

  const fails = Math.min(health.fails + 1, MOST_FAILS);
  const window = Math.max(1, Math.floor(health.window / 2));
  if (fails < OPENS_AT_FAILS) return { fails, window, openings: health.openings, openForMs: undefined };

  const open = Math.min(FIRST_OPEN_MS * 2 ** health.openings, LONGEST_OPEN_MS);
  return { fails, window, openings: Math.min(health.openings + 1, LAST_OPENING), openForMs: jittered(open, random) };
}
