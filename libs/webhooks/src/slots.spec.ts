import { setTimeout as sleep } from 'node:timers/promises';
import { Slots } from './slots.js';

/** How many of these have been given a slot by now. */
async function given(taking: readonly Promise<unknown>[]): Promise<number> {
  let count = 0;
  for (const one of taking) void one.then(() => count++);
  await sleep(5);
  return count;
}
const take = (slots: Slots, count: number, slow: boolean) => Array.from({ length: count }, () => slots.take(slow));

describe('slots', () => {
  it('are at most so many at once', async () => {
    const slots = new Slots(8, 60_000);
    const taken = take(slots, 10, false);
    expect(await given(taken)).toBe(8);
    (await taken[0])?.();
    expect(await given(taken)).toBe(9);
  });

  it('go to slow endpoints for a quarter only', async () => {
    const slots = new Slots(8, 60_000);
    const slow = take(slots, 5, true);
    expect(await given(slow)).toBe(2);
    expect(await given(take(slots, 10, false))).toBe(6);
  });

  it('are lent to others while a request hangs', async () => {
    const slots = new Slots(4, 20);
    expect(await given(take(slots, 4, false))).toBe(4);
    const next = take(slots, 8, false);
    expect(await given(next)).toBe(0);
    await sleep(40);
    expect(await given(next)).toBe(4);
    await sleep(40);
    expect(await given(next)).toBe(4); // twice as many in all, and no more
  });

  it('come back from a request that hung', async () => {
    const slots = new Slots(1, 10);
    const [hung] = take(slots, 1, false);
    await sleep(20);
    (await hung)?.();
    const after = take(slots, 2, false);
    expect(await given(after)).toBe(1);
  });
});
