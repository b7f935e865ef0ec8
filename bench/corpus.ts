import { createBase58check } from '@scure/base';
import { createHash } from 'node:crypto';

/** A text as somebody would write it, and what it is. */
export interface WrittenIndicator {
  readonly kind: 'PHONE' | 'URL' | 'DOMAIN' | 'EMAIL' | 'IPV4' | 'IPV6' | 'BITCOIN' | 'EVM';
  readonly text: string;
}

/** How often each kind comes, of 100. */
const shares = [
  ['PHONE', 40],
  ['URL', 25],
  ['DOMAIN', 15],
  ['EMAIL', 8],
  ['IPV4', 5],
  ['BITCOIN', 4],
  ['EVM', 2],
  ['IPV6', 1],
] as const;
const kinds = shares.flatMap(([kind, share]) => Array.from({ length: share }, () => kind));

const words = ['secure', 'billing', 'support', 'refund', 'account', 'wallet', 'parcel', 'verify', 'helpdesk', 'login'];
const suffixes = ['com', 'net', 'info', 'co.uk', 'in', 'xyz', 'top', 'online', 'com.br', 'de'];
const areas = [201, 202, 212, 213, 305, 310, 312, 404, 415, 469, 503, 602, 617, 646, 702, 713, 786, 805, 832, 888];
const indianSeries = ['98', '97', '99', '96', '91', '88', '81', '70', '76', '79'];

const digestOf = (n: number): Buffer => createHash('sha256').update(`indicator ${n}`).digest();
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;
const digits = (n: number, length: number): string => String(n % 10 ** length).padStart(length, '0');

/** The n-th indicator: always the same, and no two alike. Written tidily, defanged, or as a text message has it. */
export function writtenIndicator(n: number): WrittenIndicator {
  // 37 and 100 have no common divisor, so each hundred holds every share, mixed.
  const kind = pick(kinds, n * 37);
  const digest = digestOf(n);
  const defanged = (digest[0] ?? 0) < 96;
  const host = `${pick(words, digest[1] ?? 0)}-${n.toString(36)}.${pick(suffixes, digest[2] ?? 0)}`;
  const dotted = (text: string) => (defanged ? text.replace('.', '[.]') : text);
  switch (kind) {
    case 'PHONE':
      return { kind, text: phone(n, digest[3] ?? 0) };
    case 'URL': {
      const scheme = defanged ? pick(['hxxps', 'hxxp'], n) : pick(['https', 'http'], n);
      const query = (digest[4] ?? 0) < 80 ? `?id=${digest.toString('hex', 5, 10)}&utm_source=mail` : '';
      return {
        kind,
        text: `${scheme}://${dotted(host)}/${pick(words, digest[5] ?? 0)}/${digest.toString('hex', 6, 9)}.html${query}`,
      };
    }
    case 'DOMAIN':
      return { kind, text: dotted((digest[4] ?? 0) < 100 ? `www.${host}` : host) };
    case 'EMAIL':
      return { kind, text: `${pick(words, digest[6] ?? 0)}.${n.toString(36)}@${pick(['gmail.com', host], n)}` };
    case 'IPV4':
      return { kind, text: dotted(`${80 + (n >> 24)}.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`) };
    case 'IPV6':
      return { kind, text: `2a01:4f8:${(n >> 16).toString(16)}:${(n & 0xffff).toString(16)}::1` };
    case 'BITCOIN':
      return { kind, text: toBase58Check(Buffer.concat([Buffer.of(0), digest.subarray(0, 20)])) };
    case 'EVM':
      return { kind, text: `0x${digest.toString('hex', 0, 20)}` };
  }
}

const base58 = createBase58check((data: Uint8Array) => createHash('sha256').update(data).digest());
const toBase58Check = (payload: Uint8Array): string => base58.encode(payload);

/** Half of them North American, in four spellings; the others Indian and British mobiles. */
function phone(n: number, spelling: number): string {
  if (spelling < 128) {
    const [area, exchange, line] = [
      pick(areas, Math.floor(n / 7_000_000)),
      200 + (Math.floor(n / 10_000) % 700),
      digits(n, 4),
    ];
    const safe = exchange % 100 === 55 || exchange % 100 === 11 ? exchange + 1 : exchange;
    return pick(
      [
        `+1 (${area}) ${safe}-${line}`,
        `+1${area}${safe}${line}`,
        `1-${area}-${safe}-${line}`,
        `+1 ${area} ${safe}\u2011${line}`,
      ],
      spelling,
    );
  }
  if (spelling < 208) {
    const mobile = `${pick(indianSeries, spelling)}${digits(n, 8)}`;
    return spelling % 2 === 0 ? `+91 ${mobile.slice(0, 5)} ${mobile.slice(5)}` : `+91${mobile}`;
  }
  return `+44 7${digits(4 + (n % 5), 1)}${digits(n, 8).slice(0, 2)} ${digits(n, 6)}`;
}

const scams = ['TECH_SUPPORT', 'REFUND', 'CALLBACK_PHISHING', 'PHISHING', 'BANK_IMPERSONATION', 'DELIVERY'] as const;
const roles = ['CALLBACK', 'LANDING_PAGE', 'SENDER', 'PAYMENT', 'INFRASTRUCTURE', 'UNKNOWN'] as const;
const sources = ['CUSTOMER_COMPLAINT', 'TELEMETRY', 'TEST_CALL', 'INVESTIGATION', 'PUBLIC_SOURCE'] as const;
const brands = ['Northwind', 'Contoso Bank', 'Parcel Express', 'Fabrikam'] as const;
const FIRST_SEEN = Date.UTC(2025, 0, 1);

/** A report about the n-th indicator as a partner's system sends it: half of them with a note, each with a reference. */
export function writtenReport(n: number, groupId: string): object {
  const { text } = writtenIndicator(n);
  const seen = FIRST_SEEN + (n % 300) * 86_400_000;
  return {
    indicator: { text },
    externalId: `case-${n}`,
    role: pick(roles, n),
    scamType: pick(scams, n),
    confidence: 40 + (n % 60),
    tlp: 'AMBER',
    audience: { groups: [groupId] },
    firstSeen: new Date(seen).toISOString(),
    lastSeen: new Date(seen + 3_600_000).toISOString(),
    impersonates: { brands: [pick(brands, n)] },
    source: pick(sources, n),
    victimCountries: ['US', 'GB'].slice(0, n % 3),
    victimCount: 'UP_TO_10',
    ...(n % 2 === 0 && {
      note: `Pop-up told the customer to call at once, session ${n.toString(36)}; paid by gift card.`,
    }),
  };
}
