import ipaddr from 'ipaddr.js';
import { isIPv4, isIPv6 } from 'node:net';

/** What an installation allows beyond https to public addresses. */
export interface TargetPolicy {
  /** Plain http, and any port, to this machine: for trying things out on the embedded database, never else. */
  readonly allowLoopbackHttp: boolean;
}

/** A URL that may become an endpoint's, normalised; or the rule it breaks. */
export type TargetUrl =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly rule: string; readonly message: string };

const MAX_LENGTH = 2_048;
const PORTS = new Set(['', '443', '8443']);
// Names that only mean something inside a network; no public receiver has one.
const PRIVATE_NAME = /^[^.]*$|\.(?:localhost|localdomain|local|internal|home\.arpa)$/;
// A public address by the registries, but on Azure it is the platform's own service beside the machine.
const AZURE_PLATFORM = '168.63.129.16';
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

const messages = {
  'url.too-long': `The URL is longer than ${MAX_LENGTH} characters.`,
  'url.malformed': 'This is not a URL with a host.',
  'url.scheme': 'The URL must begin with https://.',
  'url.userinfo': 'The URL must not carry a user name or password.',
  'url.port': 'The port must be 443 or 8443.',
  'url.address': 'The host is not a public address.',
  'url.private-name': 'The host is not a public name.',
};
type Rule = keyof typeof messages;

/**
 * Judges where an endpoint wants its events. IP literals, in every spelling a URL allows, are judged here; what a
 * name resolves to is judged each time a connection is dialled, because it can change in between.
 */
export function parseTargetUrl(text: string, policy: TargetPolicy): TargetUrl {
  if (text.length > MAX_LENGTH) return refused('url.too-long');
  if (!URL.canParse(text)) return refused('url.malformed');
  const url = new URL(text);

  url.hash = '';
  if (/^\.|\.\./.test(url.hostname)) return refused('url.malformed');
  // Before judging, never after: setting a host parses it anew, and could turn a name into an address.
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1);

  const broken = brokenRule(url, policy);
  if (broken !== undefined) return refused(broken);
  return url.href.length > MAX_LENGTH ? refused('url.too-long') : { ok: true, url: url.href };
}

/** Whether this is an address of the open internet. Unknown means no. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return ipaddr.IPv4.parse(address).range() === 'unicast' && address !== AZURE_PLATFORM;
  if (!isIPv6(address)) return false;
  // Only what is really given out: "unicast" alone would let IPv4-compatible ::127.0.0.1 pass.
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.range() === 'unicast' && parsed.match(GLOBAL_UNICAST);
}

/** Whether this is this machine, written as an address (127.0.0.0/8 or ::1). */
export function isLoopbackAddress(address: string): boolean {
  if (isIPv4(address)) return address.startsWith('127.');
  return isIPv6(address) && ipaddr.IPv6.parse(address).range() === 'loopback';
}

/** The host of a URL without the brackets of IPv6 and without a final dot. */
export function bareHost(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.replace(/\.$/, '');
}

function brokenRule(url: URL, policy: TargetPolicy): Rule | undefined {
  const host = bareHost(url.hostname);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'url.scheme';
  if (url.username !== '' || url.password !== '') return 'url.userinfo';
  if (policy.allowLoopbackHttp && (host === 'localhost' || isLoopbackAddress(host))) return undefined;

  if (url.protocol !== 'https:') return 'url.scheme';
  if (isIPv4(host) || isIPv6(host)) {
    if (!isPublicAddress(host)) return 'url.address';
  } else if (PRIVATE_NAME.test(host)) return 'url.private-name';
  return PORTS.has(url.port) ? undefined : 'url.port';
}

function refused(rule: Rule): TargetUrl {
  return { ok: false, rule, message: messages[rule] };
}
