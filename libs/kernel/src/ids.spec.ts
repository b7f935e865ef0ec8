import { isUuid, newId } from './ids.js';

describe('newId', () => {
  it('is a version 7 uuid that sorts by the time it was made', () => {
    const [early, late] = [newId(1_000), newId(2_000)];
    expect(early).toMatch(/^00000000-03e8-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(early < late).toBe(true);
    expect(isUuid(early)).toBe(true);
  });

  it('never repeats itself', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => newId(5))).size).toBe(1_000);
  });
});
