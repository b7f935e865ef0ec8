import fc from 'fast-check';
import { nextAttemptDelayMs } from './retry-schedule.js';

const HOUR = 3_600_000;
const middle = () => 0.5;

describe('nextAttemptDelayMs', () => {
  it('spreads ten attempts over 75 h 35 min 5 s and then gives up', () => {
    const delays = Array.from({ length: 10 }, (_, attempts) => nextAttemptDelayMs(attempts, undefined, middle) ?? NaN);
    expect(delays[0]).toBe(0);
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBe(75 * HOUR + 35 * 60_000 + 5_000);
    expect(nextAttemptDelayMs(10, undefined, middle)).toBeUndefined();
    expect(nextAttemptDelayMs(10, 1_000, middle)).toBeUndefined();
  });

  it('spreads each wait by at most 20 % either way', () => {
    expect(nextAttemptDelayMs(1, undefined, () => 0)).toBe(4_000);
    expect(nextAttemptDelayMs(1, undefined, () => 0.9999999)).toBe(6_000);
  });

  it('lets Retry-After lengthen the wait, up to a day, and never shorten it', () => {
    expect(nextAttemptDelayMs(1, 60_000, middle)).toBe(60_000);
    expect(nextAttemptDelayMs(1, 90 * HOUR, middle)).toBe(24 * HOUR);
    expect(nextAttemptDelayMs(4, 1_000, middle)).toBe(2 * HOUR);
  });

  it('never waits less than the schedule allows, nor more than a day and a fifth', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9 }),
        fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, asked, random) => {
          const least = nextAttemptDelayMs(attempts, undefined, () => 0) ?? NaN;
          const delay = nextAttemptDelayMs(attempts, asked, () => random) ?? NaN;
          expect(delay).toBeGreaterThanOrEqual(least);
          expect(delay).toBeLessThanOrEqual(28.8 * HOUR);
        },
      ),
    );
  });
});
