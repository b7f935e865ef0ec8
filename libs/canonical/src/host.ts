import { domainToASCII } from 'node:url';
import { parse } from 'tldts';

import { type Rule } from './indicator.js';

/** A host name in its canonical form: lower-case A-labels, no trailing dot. */
export interface HostName {
  readonly name: string;
  /** What one party registered, with the private suffixes honoured: `foo.github.io`. Undefined for a bare suffix. */
  readonly registrable: string | undefined;
  /** The same by ICANN's suffixes alone: `github.io`. */
  readonly icannRegistrable: string | undefined;
}

const plain = /^[a-z0-9._-]+$/;
const notInAName = /[^\P{ASCII}A-Za-z0-9._-]/u;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const labelWithUnderscore = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

const lookUp = { allowPrivateDomains: true, extractHostname: false, validateHostname: false, detectIp: false };
const lookUpIcann = { ...lookUp, allowPrivateDomains: false };

/** Checks and folds a host name; a private suffix by itself (`s3.amazonaws.com`) is a host, an ICANN suffix is not. */
export function parseHostName(text: string): HostName | Rule {
  let name = text.toLowerCase();
  if (!plain.test(name) || name.includes('xn--')) {
    if (name.includes('*')) return 'domain.wildcard';
    if (notInAName.test(name)) return 'domain.syntax';
    name = domainToASCII(name);
    if (!plain.test(name)) return 'domain.syntax';
  }
  name = withoutTrailingDots(name);
  if (name.length > 253) return 'domain.syntax';

  const found = parse(name, lookUp);
  const labels = name.split('.');
  const registrableFrom = labels.length - (found.domain ?? found.publicSuffix ?? '').split('.').length;
  for (const [index, part] of labels.entries()) {
    if (!(index < registrableFrom ? labelWithUnderscore : label).test(part)) return 'domain.syntax';
  }
  if (found.isIcann !== true && found.isPrivate !== true) return 'domain.unknown-suffix';
  if (found.domain === null && found.isPrivate !== true) return 'domain.public-suffix';

  return {
    name,
    registrable: found.domain ?? undefined,
    icannRegistrable: (found.isPrivate === true ? parse(name, lookUpIcann).domain : found.domain) ?? undefined,
  };
}

/** The keys by which everything on one host, or under one owner, is found. */
export function hostKeys({ name, registrable, icannRegistrable }: HostName): string[] {
  const keys = [`host:${name}`];
  if (registrable !== undefined) keys.push(`domain:${registrable}`);
  if (icannRegistrable !== undefined) keys.push(`icann-domain:${icannRegistrable}`);
  return keys;
}

function withoutTrailingDots(name: string): string {
  let end = name.length;
  while (end > 0 && name[end - 1] === '.') end -= 1;
  return end === name.length ? name : name.slice(0, end);
}
