import { keccak_256 } from '@noble/hashes/sha3.js';
import { createBase58check } from '@scure/base';
import ipaddr from 'ipaddr.js';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { hash } from 'node:crypto';
import pg from 'pg';
import { parse } from 'tldts';
import type { WrittenIndicator } from './corpus.js';
import { serveParent } from './processes.js';

/** What the libraries alone make of the texts, and one query for what is known about them. */
export interface BareQuestion {
  readonly ownerUrl: string;
  /** Written so that the libraries understand them. */
  readonly texts: readonly WrittenIndicator[];
  readonly indicatorIds: readonly string[];
  readonly calls: number;
}

/** Milliseconds of each round, and of its two parts. */
export interface BareAnswer {
  readonly ms: readonly number[];
  readonly sqlMs: readonly number[];
  readonly rows: number;
}

const base58 = createBase58check((data: Uint8Array) => hash('sha256', data, 'buffer'));

/** Parsing, and whatever the library says of validity; no rules of ours. */
const libraries: Record<WrittenIndicator['kind'], (text: string) => unknown> = {
  PHONE: (text) => {
    const number = parsePhoneNumberFromString(text, { extract: false });
    return number?.isValid() === true ? number.number : number?.getType();
  },
  URL: (text) => {
    const url = new URL(text);
    return [url.href, parse(url.hostname, { allowPrivateDomains: true })];
  },
  DOMAIN: (text) => parse(text, { allowPrivateDomains: true }),
  EMAIL: (text) => parse(text.slice(text.indexOf('@') + 1), { allowPrivateDomains: true }),
  IPV4: (text) => ipaddr.parse(text).range(),
  IPV6: (text) => ipaddr.parse(text).range(),
  BITCOIN: (text) => base58.decode(text),
  EVM: (text) => keccak_256(Buffer.from(text.slice(2).toLowerCase())),
};

const sql = `
  select r.indicator_id, r.indicator_type, r.value, r.first_seen, r.last_seen, o.id, o.name
    from report r join organisation o on o.id = r.organisation_id
   where r.indicator_id = any ($1) and r.status = 'ACTIVE'`;

serveParent(undefined, async ({ ownerUrl, texts, indicatorIds, calls }: BareQuestion): Promise<BareAnswer> => {
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  const [ms, sqlMs]: [number[], number[]] = [[], []];
  let rows = 0;
  for (let call = 0; call < calls; call++) {
    const started = performance.now();
    for (const { kind, text } of texts) libraries[kind](text);
    const parsed = performance.now();
    rows = (await owner.query(sql, [indicatorIds])).rows.length;
    const ended = performance.now();
    ms.push(ended - started);
    sqlMs.push(ended - parsed);
  }
  await owner.end();
  return { ms, sqlMs, rows };
});
