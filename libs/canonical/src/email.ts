import { hostKeys, parseHostName } from './host.js';
import { accept, reject, type CanonicalResult } from './indicator.js';

const mailto = /^mailto:/i;
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** Providers that deliver `name+tag` to `name`. Their mailboxes belong to millions, so the domain is no key. */
const taggingProviders = new Set([
  ...['gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'icloud.com', 'me.com'],
  ...['mac.com', 'fastmail.com', 'proton.me', 'protonmail.com', 'pm.me'],
]);
/** Further providers whose domain says nothing about who writes. */
const otherProviders = new Set([
  ...['yahoo.com', 'ymail.com', 'aol.com', 'gmx.com', 'gmx.de', 'gmx.net', 'web.de', 'mail.com', 'mail.ru'],
  ...['yandex.ru', 'yandex.com', 'rediffmail.com', 'zoho.com', 'qq.com', '163.com', '126.com', 'tutanota.com'],
]);

/** An e-mail address; tags and Gmail's dots are kept in the value and folded in the `mailbox:` key. */
export function canonicaliseEmail(text: string): CanonicalResult {
  let address = text;
  if (mailto.test(text)) {
    const parameters = text.indexOf('?');
    address = text.slice('mailto:'.length, parameters === -1 ? undefined : parameters);
  }
  const at = address.indexOf('@');
  const local = address.slice(0, Math.max(at, 0)).toLowerCase();
  if (local.length > 64 || !localPart.test(local)) return reject('email.syntax');

  const host = parseHostName(address.slice(at + 1));
  if (typeof host === 'string') return reject(host);

  const shared = taggingProviders.has(host.name) || otherProviders.has(host.name);
  const mailbox = `mailbox:${mailboxOf(local, host.name)}`;
  return accept('EMAIL', `${local}@${host.name}`, shared ? [mailbox] : [mailbox, ...hostKeys(host)]);
}

/** Where mail to this address ends up, as far as the provider's rules are known. */
function mailboxOf(local: string, domain: string): string {
  if (!taggingProviders.has(domain)) return `${local}@${domain}`;
  const plus = local.indexOf('+');
  const name = plus > 0 ? local.slice(0, plus) : local;
  return domain === 'gmail.com' || domain === 'googlemail.com'
    ? `${name.replaceAll('.', '')}@gmail.com`
    : `${name}@${domain}`;
}
