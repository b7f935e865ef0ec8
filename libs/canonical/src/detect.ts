import { type IndicatorType } from './indicator.js';
import { isVanityNumber } from './phone-text.js';
import { schemeOf } from './url.js';

const bySchemes = new Map<string, IndicatorType>([
  ['tel', 'PHONE'],
  ['mailto', 'EMAIL'],
  ['bitcoin', 'BITCOIN'],
  ['ethereum', 'EVM'],
  ['eip155', 'EVM'],
]);
const evm = /^0x[0-9a-f]{40}(?:@\d{1,20})?$/i;
const bitcoin = /^(?:bc1[02-9ac-hj-np-z]{8,87}|[13][1-9A-HJ-NP-Za-km-z]{24,34})$/i;
const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
/** An IPv4 address at the start; 100.24.3.122/ has as many digits as a phone number. */
const ipv4AtStart = /^\d{1,3}(?:\.\d{1,3}){3}(?:$|[/?#:\\])/;
const ipv4Network = /^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,3}$/;
const ipv6 = /^\[?(?=[^:]*:[^:]*:)[0-9a-f:.]{2,45}(?:%[\w.-]{1,20})?\]?(?:\/\d{1,3})?$/i;
const email = /^[^\s@/?#\\]+@[^\s@/?#\\]+$/;
const phone = /^(?:\+|[(\p{Nd}][\p{Nd}\s().\p{Pd}\u2212\u30fc~/]*(?:[ ,;]?(?:ext?n?|x|#)[ .:]{0,3}\p{Nd}{1,7}#?)?$)/iu;
const urlAfterHost = /[/\\?#:]/;
const hostAtStart = /^(?:[^\s/\\?#:@[\]]+\.[^\s/\\?#:@[\]]+|\[[0-9a-f:.]+\])(?:[/\\?#]|:\d)/i;
const space = /\s/;
const notADigit = /\P{Nd}/gu;

/** What a cleaned text is by its looks, or undefined when it could be several things or nothing. */
export function detectType(text: string): IndicatorType | undefined {
  if (ipv6.test(text)) return 'IPV6';
  if (phone.test(text) && !ipv4AtStart.test(text)) return looksLikePhone(text) ? 'PHONE' : undefined;
  const scheme = schemeOf(text);
  if (scheme !== undefined) return bySchemes.get(scheme) ?? 'URL';
  if (evm.test(text)) return 'EVM';
  if (bitcoin.test(text)) return 'BITCOIN';
  if (text.includes('@') && !hostAtStart.test(text)) return email.test(text) ? 'EMAIL' : undefined;
  if (ipv4.test(text)) return 'IPV4';
  // 1.2.3.0/24 may be a network or a page of a web server.
  if (ipv4Network.test(text)) return undefined;
  if (isVanityNumber(text)) return 'PHONE';
  if (urlAfterHost.test(text)) return hostAtStart.test(text) ? 'URL' : undefined;
  return text.includes('.') && !space.test(text) ? 'DOMAIN' : undefined;
}

/** Seven digits make a number; fewer are a service number if nothing but digits; more than twenty are something else. */
function looksLikePhone(text: string): boolean {
  if (text.startsWith('+')) return true;
  const digits = text.replace(notADigit, '').length;
  return digits <= 20 && (digits >= 7 || digits === text.length);
}
