import { BadInput, isUuid, scopes, type Scope } from '#kernel';
import { OrganisationKind } from './organisations.types.js';

/** An organisation as the operator describes it, before it is checked. */
export interface OrganisationDraft {
  readonly name: string;
  readonly kind: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined;
}

/** A key as the operator asks for it, before it is checked. */
export interface KeyDraft {
  readonly name?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly expiresAt?: Date | undefined;
}

export interface CheckedKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | undefined;
}

const MAX_NAME = 200;
/** Control, format and unassigned characters: they would hide in a list, reorder it or drive a terminal. */
const INVISIBLE = /\p{C}/u;

/** A name as it is kept. It must not look like an id, because commands take either. */
export function parseName(field: string, text: string): string {
  const name = text.normalize('NFC').trim();
  const refuse = (rule: string, message: string) => new BadInput({ field, rule, message });
  if (name === '') throw refuse('name.empty', 'It must not be empty.');
  if (name.length > MAX_NAME) throw refuse('name.too-long', `It must have at most ${MAX_NAME} characters.`);
  if (INVISIBLE.test(name)) throw refuse('name.characters', 'It must not contain control or invisible characters.');
  if (isUuid(name)) throw refuse('name.id', 'It must not look like an id.');
  return name;
}

/** Throws {@link BadInput} naming the first field that is wrong. */
export function parseOrganisation({ name, kind, country }: OrganisationDraft): {
  readonly name: string;
  readonly kind: OrganisationKind;
  readonly country: string | null;
} {
  if (!isKind(kind)) {
    const kinds = Object.keys(OrganisationKind).join(', ');
    throw new BadInput({ field: 'kind', rule: 'kind.unknown', message: `It must be one of ${kinds}.` });
  }
  if (country !== undefined && !/^[A-Z]{2}$/.test(country)) {
    const message = 'It must be two capital letters (ISO 3166-1 alpha-2), such as DE.';
    throw new BadInput({ field: 'country', rule: 'country.code', message });
  }
  return { name: parseName('name', name), kind, country: country ?? null };
}

/** A key gets every scope unless the operator chooses fewer. */
export function parseKey({ name = 'default', scopes: wanted = scopes, expiresAt }: KeyDraft): CheckedKey {
  const unknown = wanted.some((scope) => !scopes.some((known) => known === scope));
  if (wanted.length === 0 || unknown) {
    const message = `It must name one or more of ${scopes.join(', ')}.`;
    throw new BadInput({ field: 'scopes', rule: 'scopes.unknown', message });
  }
  return { name: parseName('name', name), scopes: scopes.filter((known) => wanted.includes(known)), expiresAt };
}

const isKind = (text: string): text is OrganisationKind => Object.hasOwn(OrganisationKind, text);
