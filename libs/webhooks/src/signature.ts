import { createHmac } from 'node:crypto';
import { keyOf } from './webhook-secret.js';

/**
 * The `webhook-signature` of one attempt by Standard Webhooks v1: HMAC-SHA256 over id, time and the exact bytes sent.
 * `timestamp` is the attempt's time in Unix seconds; `id` stays the same over all attempts.
 */
export function sign(secret: string, id: string, timestamp: number, body: Buffer | string): string {
  const digest = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return `v1,${digest}`;
}
