import { createHmac } from 'node:crypto';

import { type IndicatorType } from './indicator.js';

/** The two bits of the RFC 9562 variant, whatever the digit was. */
const variant = (digit: string): string => '89ab'.charAt(Number.parseInt(digit, 16) & 3);

/** The id of an indicator, derived so that a publisher needs no look-up and an id does not reveal a phone number. */
export function indicatorId(key: Uint8Array, type: IndicatorType, value: string): string {
  const hex = createHmac('sha256', key).update(`${type}\n${value}`).digest('hex');
  // UUID version 8: the rest is ours to define.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant(hex.charAt(16))}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
