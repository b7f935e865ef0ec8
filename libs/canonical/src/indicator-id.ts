import { createHmac } from 'node:crypto';

import { type IndicatorType } from './indicator.js';

/** The id of an indicator, derived so that a publisher needs no look-up and an id does not reveal a phone number. */
export function indicatorId(key: Uint8Array, type: IndicatorType, value: string): string {
  const bytes = createHmac('sha256', key).update(`${type}\n${value}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6); // UUID version 8: the rest is ours to define
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8); // RFC 9562 variant
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
