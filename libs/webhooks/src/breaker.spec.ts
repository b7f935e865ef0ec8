import { afterSlice, newHealth, type Health } from './breaker.js';

const middle = () => 0.5;
const after = (count: number, outcome: 'clean' | 'endpoint-failed', from: Health = newHealth) =>
  Array.from({ length: count }).reduce<ReturnType<typeof afterSlice>>((health) => afterSlice(health, outcome, middle), {
    ...from,
    openForMs: undefined,
  });

describe('afterSlice', () => {
  it('opens at the fifth failure in a row, for half a minute', () => {
    expect(after(4, 'endpoint-failed').openForMs).toBeUndefined();
    expect(after(5, 'endpoint-failed')).toMatchObject({ fails: 5, openings: 1, openForMs: 30_000 });
  });

  it('opens again at once when the probe fails, twice as long each time, up to 15 minutes', () => {
    const waits = [5, 6, 7, 8, 9, 10, 11, 500].map((count) => (after(count, 'endpoint-failed').openForMs ?? 0) / 1000);
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900, 900]);
  });

  it('forgets its failures after one clean slice', () => {
    const health = after(1, 'clean', after(9, 'endpoint-failed'));
    expect(health).toEqual({ fails: 0, window: 2, openings: 0, openForMs: undefined });
    expect(after(4, 'endpoint-failed', health).openForMs).toBeUndefined();
  });

  it('widens the window by one for a clean slice up to 8, and halves it down to 1 on failure', () => {
    expect([1, 3, 7, 20].map((count) => after(count, 'clean').window)).toEqual([2, 4, 8, 8]);
    const wide = after(9, 'clean');
    expect([1, 2, 3, 4].map((count) => after(count, 'endpoint-failed', wide).window)).toEqual([4, 2, 1, 1]);
  });

  it('spreads the time it stays open, so that endpoints on one host are not all probed together', () => {
    const tripping = { fails: 4, window: 1, openings: 0 };
    expect(afterSlice(tripping, 'endpoint-failed', () => 0).openForMs).toBe(24_000);
    expect(afterSlice(tripping, 'endpoint-failed', () => 0.9999999).openForMs).toBe(36_000);
  });

  it('keeps its counts small however long an endpoint is down', () => {
    expect(after(5_000, 'endpoint-failed')).toMatchObject({ fails: 1_000, openings: 5 });
  });
});
