import { randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
// Standard Webhooks asks for 24 to 64 random bytes.
const MIN_BYTES = 24;
const NEW_BYTES = 32;

/** Makes the secret of one endpoint, in the form receivers paste into a Standard Webhooks library. */
export function newSecret(): string {
  return PREFIX + randomBytes(NEW_BYTES).toString('base64');
}

/** The HMAC key inside a serialised secret. Throws rather than sign with a key that anybody could guess. */
export function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
  if (key.length < MIN_BYTES) throw new Error(`A webhook secret needs at least ${MIN_BYTES} bytes.`);
  return key;
}
