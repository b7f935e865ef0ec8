import { MAX_TEXT_LENGTH, refang } from './clean-text.js';
import { hostKeys, parseHostName } from './host.js';
import { accept, reject, type CanonicalResult, type Rule } from './indicator.js';
import { addressKeys, isReserved, parseAddress, textOf } from './ip.js';

const lineBreaks = /[\t\r\n]/g;
const space = /\s/;
const schemeForm = /^([a-z][a-z0-9+.-]*):/i;
const portForm = /^\d{1,5}(?:[/?#\\]|$)/;
const webSchemes = new Set(['http', 'https', 'ftp']);
const ipv4Form = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/**
 * A web address without its scheme: `evil.com/a`, `evil.com:8443/a?b=1`. There is always a path, so that the value of
 * a URL (`evil.com/`) and that of a domain (`evil.com`) are never the same text.
 */
export function canonicaliseUrl(text: string): CanonicalResult {
  const written = text.replace(lineBreaks, '');
  if (space.test(written)) return reject('url.space');
  const scheme = schemeOf(written);
  if (scheme !== undefined && !webSchemes.has(scheme)) return reject('url.scheme');
  if (scheme === undefined && /^[/\\?#:]/.test(written)) return reject('url.invalid');

  let url: URL;
  try {
    url = new URL(scheme === undefined ? `http://${written}` : written);
  } catch {
    return reject('url.invalid'); // The only way the parser has to say so.
  }
  const host = readHost(url.hostname);
  if (typeof host === 'string') return reject(host);

  const port = nonDefaultPort(url, scheme);
  const origin = port === '' ? host.text : `${host.text}:${port}`;
  const path = normaliseEscapes(url.pathname);
  const fragment = keptFragment(url.hash);
  const query = normaliseEscapes(url.search.slice(1));
  const kept = withoutTracking(query);
  const value = `${origin}${path}${kept === '' ? '' : `?${kept}`}${fragment}`;
  if (value.length > MAX_TEXT_LENGTH) return reject('url.too-long');

  const attributes: Record<string, string> = {};
  if (scheme !== undefined) attributes.scheme = scheme;
  if (port !== '') attributes.port = port;
  if (kept !== query) attributes.fullUrl = `${origin}${path}?${query}${fragment}`;
  if (url.username !== '' || url.password !== '') attributes.warning = 'USERINFO_DECEPTION';

  // Unescaping can uncover one more defanged dot; read it the way the next reader would.
  const refanged = refang(value);
  const settled = refanged === value ? value : valueOf(canonicaliseUrl(refanged));
  return settled === undefined ? reject('url.invalid') : accept('URL', settled, host.keys, attributes);
}

function valueOf(result: CanonicalResult): string | undefined {
  return result.ok ? result.indicator.value : undefined;
}

/** The scheme a text starts with, in lower case; `evil.com:8080/a` has none. */
export function schemeOf(text: string): string | undefined {
  const scheme = schemeForm.exec(text)?.[1];
  if (scheme === undefined) return undefined;
  return scheme.includes('.') && portForm.test(text.slice(scheme.length + 1)) ? undefined : scheme.toLowerCase();
}

function readHost(hostname: string): { text: string; keys: string[] } | Rule {
  if (!hostname.startsWith('[') && !ipv4Form.test(hostname)) {
    const host = parseHostName(hostname);
    return typeof host === 'string' ? host : { text: host.name, keys: hostKeys(host) };
  }
  const address = parseAddress(hostname);
  if (typeof address === 'string') return address;
  if (isReserved(address)) return 'url.private-host';
  return {
    text: address.kind() === 'ipv4' ? textOf(address) : `[${textOf(address)}]`,
    keys: addressKeys(address),
  };
}

/** As the scheme is not identity, 80 and 443 are both the web's own port; 21 is so for ftp. */
function nonDefaultPort(url: URL, scheme: string | undefined): string {
  if (url.port === '80' || url.port === '443') return '';
  return scheme === 'ftp' && url.port === '21' ? '' : url.port;
}

/** A fragment names a place within one page, unless a script reads it as the page's path. */
function keptFragment(hash: string): string {
  return hash.startsWith('#!') || hash.startsWith('#/') ? `#${normaliseEscapes(hash.slice(1))}` : '';
}

const needsEscapes = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]/;
const escapes = /%([0-9A-Fa-f]{2})?|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]/g;
const unreserved = /[A-Za-z0-9\-._~]/;

/** Escapes in one form, whatever the runtime's URL parser leaves alone: RFC 3986 with upper-case hex. */
function normaliseEscapes(part: string): string {
  if (!needsEscapes.test(part)) return part;
  return part.replace(escapes, (found: string, hex: string | undefined) => {
    if (hex === undefined) return `%${found.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return unreserved.test(character) ? character : found.toUpperCase();
  });
}

const mayTrack = /utm_|clid|mc_eid|igshid|_hsenc|braid/i;
const tracking = /^(?:utm_[^=]*|gclid|fbclid|msclkid|dclid|yclid|mc_eid|igshid|ttclid|_hsenc|wbraid|gbraid)(?:=|$)/i;

/** The query without what advertisers append for each click; order and duplicates stay. */
function withoutTracking(query: string): string {
  if (!mayTrack.test(query)) return query;
  return query
    .split('&')
    .filter((parameter) => !tracking.test(parameter))
    .join('&');
}
