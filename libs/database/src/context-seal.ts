import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { OrganisationId } from '#kernel';

/** Long enough for any transaction and for clocks that differ; it ends with the transaction anyway. */
const LIFETIME_MS = 15 * 60_000;

/** Signs for which organisation a transaction acts. The database checks it with a key that runtime roles cannot read. */
export class ContextSeal {
  private readonly key: KeyObject;

  constructor(key: Buffer) {
    this.key = createSecretKey(key);
  }

  sign(organisationId: OrganisationId, now = Date.now()): string {
    const payload = `v1.${organisationId}.${now + LIFETIME_MS}`;
    return `${payload}.${createHmac('sha256', this.key).update(payload).digest('hex')}`;
  }
}

/** The key as the database keeps it: padded for HMAC (RFC 2104), so that SQL needs two plain hashes. */
export function paddedKey(key: Buffer): { inner: Buffer; outer: Buffer } {
  const block = Buffer.concat([key, Buffer.alloc(64 - key.length)]);
  return { inner: block.map((byte) => byte ^ 0x36) as Buffer, outer: block.map((byte) => byte ^ 0x5c) as Buffer };
}
