import { randomUUID } from 'node:crypto';

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

export type OrganisationId = Id<'organisation'>;
export type GroupId = Id<'group'>;
export type KeyId = Id<'key'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text can be used where PostgreSQL expects a uuid. */
export const isUuid = (text: string): boolean => UUID.test(text);

/**
 * A fresh UUIDv7 (RFC 9562): the first 48 bits are Unix milliseconds, so ids sort by time of making and indexes grow at
 * one end; the rest is random.
 */
export function newId(now = Date.now()): string {
  const time = now.toString(16).padStart(12, '0');
  // Node makes the random bits of its version 4 ahead, which is 20 times as quick as asking for bytes each time.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
