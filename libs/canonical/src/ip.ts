import ipaddr from 'ipaddr.js';

import { accept, reject, type CanonicalResult, type Rule } from './indicator.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
// Strict: elsewhere 192.168.001.010 is read as octal and 1.2.3 as 1.2.0.3.
const fourPartDecimal = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
const prefixLength = /^(?:0|[1-9]\d{0,2})$/;

/** An IP address or, with the type stated, a network. An IPv4 address mapped into IPv6 is the IPv4 address. */
export function canonicaliseIp(text: string, stated?: 'IPV4' | 'IPV6'): CanonicalResult {
  const slash = text.indexOf('/');
  const address = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (typeof address === 'string') return reject(address);

  const type = address.kind() === 'ipv4' ? 'IPV4' : 'IPV6';
  const mapped = type === 'IPV4' && text.includes(':');
  if (stated !== undefined && stated !== type && !mapped) return reject('ip.family');
  if (slash !== -1) return mapped ? reject('ip.invalid') : network(address, text.slice(slash + 1));
  return isReserved(address) ? reject('ip.reserved') : accept(type, textOf(address), addressKeys(address));
}

/** The address of a text in the usual notation, unmapped; never guesses at octal or short forms. */
export function parseAddress(text: string): Address | Rule {
  if (fourPartDecimal.test(text)) return ipaddr.IPv4.parse(text);
  const inner = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (inner.includes('%')) return 'ip.zone';
  if (inner.length > 45 || !ipaddr.IPv6.isValid(inner)) return 'ip.invalid';
  // The dotted tail of ::ffff:1.2.3.4 may not smuggle in octal either.
  if (inner.includes('.') && !fourPartDecimal.test(inner.slice(inner.lastIndexOf(':') + 1))) return 'ip.invalid';
  const address = ipaddr.IPv6.parse(inner);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** Whether the address means another machine for everyone who reads it. */
export function isReserved(address: Address): boolean {
  return address.range() !== 'unicast';
}

/** RFC 5952 text. */
export function textOf(address: Address): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}

/** The address and the block one customer usually holds: a /24, or a /64 within a /48. */
export function addressKeys(address: Address): string[] {
  const bytes = address.toByteArray();
  const keys = [`ip:${textOf(address)}`];
  if (address.kind() === 'ipv4') return [...keys, `net:${networkText(bytes, 24)}`];
  return [...keys, `net:${networkText(bytes, 64)}`, `net:${networkText(bytes, 48)}`];
}

function network(address: Address, prefixText: string): CanonicalResult {
  const bytes = address.toByteArray();
  const bits = bytes.length * 8;
  const prefix = prefixLength.test(prefixText) ? Number(prefixText) : bits + 1;
  if (prefix > bits) return reject('ip.invalid');
  if (isReserved(address)) return reject('ip.reserved');

  const [type, widest] = bits === 32 ? (['IPV4', 16] as const) : (['IPV6', 32] as const);
  if (prefix < widest) return reject('ip.network-too-wide');
  if (prefix === bits) return accept(type, textOf(address), addressKeys(address));
  const value = networkText(bytes, prefix);
  return accept(type, value, [`net:${value}`]);
}

function networkText(bytes: readonly number[], prefix: number): string {
  const masked = bytes.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, prefix - index * 8))) & 0xff);
  return `${textOf(ipaddr.fromByteArray(masked))}/${prefix}`;
}
