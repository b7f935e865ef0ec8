import { sign } from './signature.js';

/** The headers of one attempt, by Standard Webhooks. The id stays the same over all attempts; the time is this one's. */
export function signedHeaders(secret: string, eventId: string, body: Buffer, now = Date.now()): Record<string, string> {
  const timestamp = Math.floor(now / 1_000);
  return {
    'content-type': 'application/json',
    'webhook-id': eventId,
    'webhook-timestamp': `${timestamp}`,
    'webhook-signature': sign(secret, eventId, timestamp, body),
  };
}
