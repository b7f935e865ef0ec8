import { createHash } from 'node:crypto';
import { BadInput, isPlain, type Actor } from '#kernel';
import type { Tx } from './db.js';

/** The same key was used before with other content. */
export const conflict = Symbol('idempotency conflict');

/**
 * Does the work once for each idempotency key: a repeat gets the stored answer, the same key with other content a
 * conflict. The answer is stored in the transaction of the work, so there is never one without the other; a second
 * call that comes while the first runs waits for it at the unique key. Without a key the work is simply done.
 */
export async function once<T>(
  tx: Tx,
  call: {
    readonly actor: Actor;
    readonly operation: string;
    readonly key: string | null | undefined;
    readonly content: unknown;
  },
  work: () => Promise<T>,
): Promise<T | typeof conflict> {
  const { actor, operation, key, content } = call;
  if (key === null || key === undefined) return work();
  if (!isPlain(key)) {
    const message = 'Contains control characters or broken Unicode.';
    throw new BadInput({ field: 'idempotencyKey', rule: 'text.control', message });
  }

  const fingerprint = createHash('sha256').update(JSON.stringify(content)).digest();
  const where = [actor.organisationId, operation, key];
  const claimed = await tx.query<unknown[]>(
    `insert into idempotency (organisation_id, operation, key, fingerprint) values ($1, $2, $3, $4)
     on conflict do nothing returning 1`,
    [...where, fingerprint],
  );
  if (claimed.length === 0) {
    const [stored] = await tx.query<{ fingerprint: Buffer; response: string }[]>(
      'select fingerprint, response from idempotency where organisation_id = $1 and operation = $2 and key = $3',
      where,
    );
    return stored?.fingerprint.equals(fingerprint) ? (JSON.parse(stored.response) as T) : conflict;
  }
  const answer = await work();
  await tx.query('update idempotency set response = $4 where organisation_id = $1 and operation = $2 and key = $3', [
    ...where,
    JSON.stringify(answer),
  ]);
  return answer;
}
