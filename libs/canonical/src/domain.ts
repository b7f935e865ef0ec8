import { hostKeys, parseHostName } from './host.js';
import { accept, reject, type CanonicalResult } from './indicator.js';

/** A bare host name. A public suffix, ICANN's or a private one, is nobody's and is rejected. */
export function canonicaliseDomain(text: string): CanonicalResult {
  const host = parseHostName(text);
  if (typeof host === 'string') return reject(host);
  return host.registrable === undefined ? reject('domain.public-suffix') : accept('DOMAIN', host.name, hostKeys(host));
}
