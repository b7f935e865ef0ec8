/** Every kind of scam identity, in the order they were added. */
export const indicatorTypes = ['PHONE', 'URL', 'DOMAIN', 'EMAIL', 'IPV4', 'IPV6', 'BITCOIN', 'EVM'] as const;

/** The kinds of scam identity the exchange can hold. */
export type IndicatorType = (typeof indicatorTypes)[number];

/** A scam identity in its one canonical form. Identity is type + value; attributes and keys only describe it. */
export interface CanonicalIndicator {
  readonly type: IndicatorType;
  readonly value: string;
  /** What was written but is not identity: scheme, phone extension, number type, warnings … */
  readonly attributes: Readonly<Record<string, string>>;
  /** Aggregation keys, prefixed by what they group: `domain:evil.com`, `block:+1888872`, `net:1.2.3.0/24` … */
  readonly keys: readonly string[];
}

/** A raw text as somebody wrote it. */
export interface RawIndicator {
  readonly text: string;
  readonly type?: IndicatorType | undefined;
  /** ISO 3166 alpha-2, for phone numbers written in their national form. */
  readonly region?: string | undefined;
}

/** What a text turned out to be: an indicator, or the rule it breaks. */
export type CanonicalResult =
  | { readonly ok: true; readonly indicator: CanonicalIndicator }
  | { readonly ok: false; readonly reason: Unrecognised };

/** Why a text is not an indicator: a stable rule name and one plain sentence. Never carries the text. */
export interface Unrecognised {
  readonly rule: string;
  readonly message: string;
}

const messages = {
  'text.empty': 'The text is empty.',
  'text.too-long': 'The text is longer than 2048 characters.',
  'text.malformed': 'The text contains control characters or broken Unicode.',
  'type.unclear': 'The text could be several things or none; state its type.',
  'phone.invalid': 'This is not a possible phone number.',
  'phone.letter': 'A phone number may hold letters only as a whole word, like 1-800-FLOWERS.',
  'phone.region': 'The region is not a known ISO 3166 alpha-2 code.',
  'phone.region-needed': 'A national phone number needs its region, or + and the country code in front.',
  'phone.service-number': 'Emergency numbers, short service numbers and public helplines are never indicators.',
  'phone.fiction': 'This number is reserved for fiction and belongs to nobody.',
  'url.scheme': 'Only http, https and ftp addresses are URL indicators.',
  'url.invalid': 'This is not a well-formed URL.',
  'url.space': 'A URL may not contain unescaped spaces.',
  'url.private-host': 'The host is a private or reserved address, which means another machine for everyone.',
  'url.too-long': 'The URL is longer than 2048 characters when escaped.',
  'domain.syntax': 'This is not a well-formed domain name.',
  'domain.wildcard': 'Wildcards are not domain names.',
  'domain.public-suffix': 'A public suffix belongs to everybody under it and is not an indicator.',
  'domain.unknown-suffix': 'The name does not end in a known public suffix.',
  'email.syntax': 'This is not a well-formed e-mail address.',
  'ip.invalid': 'This is not an IP address in its usual form.',
  'ip.family': 'The address is of the other IP version.',
  'ip.zone': 'An address with a zone means something only on one machine.',
  'ip.reserved': 'The address is private or reserved, which means another machine for everyone.',
  'ip.network-too-wide': 'Networks wider than /16 (IPv4) or /32 (IPv6) are not indicators.',
  'wallet.invalid': 'This is not a well-formed address of this chain.',
  'wallet.checksum': 'The checksum of the address does not match; a character is wrong.',
  'wallet.nobody': 'This address belongs to nobody: it is where coins are burned.',
} as const;

/** The stable names of what can be wrong with a text. */
export type Rule = keyof typeof messages;

const noAttributes: Readonly<Record<string, string>> = Object.freeze({});

/** A refusal by one of the rules above. */
export function reject(rule: Rule): CanonicalResult {
  return { ok: false, reason: { rule, message: messages[rule] } };
}

/** An indicator found. */
export function accept(
  type: IndicatorType,
  value: string,
  keys: readonly string[],
  attributes: Readonly<Record<string, string>> = noAttributes,
): CanonicalResult {
  return { ok: true, indicator: { type, value, attributes, keys } };
}
