import { z } from 'zod';
import { defineQueue } from '#queue';

/** How endpoints are spread for wake-ups: one event for a thousand of them makes 16 jobs. */
export const SHARDS = 16;

/** Says that endpoints of a shard may have something to do. Only a hint: all it says is in the database. */
export const wakeQueue = defineQueue(
  'endpoint-wake',
  z.object({
    shard: z
      .int()
      .min(0)
      .max(SHARDS - 1),
  }),
);

export const wakeKey = (shard: number): string => `s${shard}`;
