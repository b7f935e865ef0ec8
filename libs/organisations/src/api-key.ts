import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { KeyId } from '#kernel';

/** `xl_`, the id that may be shown, and 32 random bytes as base64url that may not. */
const FORM = /^xl_([a-z0-9]{16})_([A-Za-z0-9_-]{43})$/;
const ID_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** What the exchange keeps of a key: enough to recognise it, not enough to use it. */
export interface ApiKey {
  readonly id: KeyId;
  /** SHA-256 of the secret's text. Fast is fine: 256 random bits cannot be guessed, however cheap a guess is. */
  readonly hash: Buffer;
}

/** A fresh key. The text is for its holder alone and is never kept. */
export function newApiKey(): { readonly key: ApiKey; readonly text: string } {
  const id = Array.from({ length: 16 }, () => ID_CHARACTERS.charAt(randomInt(ID_CHARACTERS.length))).join('');
  const secret = randomBytes(32).toString('base64url');
  return { key: { id: id as KeyId, hash: hashOf(secret) }, text: `xl_${id}_${secret}` };
}

/** The key that a text stands for; `undefined` when it has not the form of one. */
export function parseApiKey(text: string): ApiKey | undefined {
  const [, id, secret] = FORM.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id: id as KeyId, hash: hashOf(secret) } : undefined;
}

/** The text, not the bytes it stands for: the last character has two spare bits, so several texts share the bytes. */
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
