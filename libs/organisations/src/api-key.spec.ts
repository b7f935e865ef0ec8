import { createHash } from 'node:crypto';
import { newApiKey, parseApiKey } from './api-key.js';

describe('an API key', () => {
  it('is recognised by its id and the hash of its secret', () => {
    const { key, text } = newApiKey();
    expect(text).toMatch(/^xl_[a-z0-9]{16}_[A-Za-z0-9_-]{43}$/);
    expect(parseApiKey(text)).toEqual(key);
    expect(key.hash).toEqual(createHash('sha256').update(text.slice(20)).digest());
  });

  it('is never made twice, nor is either of its parts', () => {
    const texts = Array.from({ length: 500 }, () => newApiKey().text);
    expect(new Set(texts.map((text) => text.slice(0, 19))).size).toBe(500);
    expect(new Set(texts.map((text) => text.slice(20))).size).toBe(500);
  });

  it('keeps nothing from which the secret could be told', () => {
    const { key, text } = newApiKey();
    expect(JSON.stringify({ ...key, hash: key.hash.toString('base64url') })).not.toContain(text.slice(20));
  });

  it('has a secret of exactly one spelling', () => {
    const { key, text } = newApiKey();
    // The last of 43 characters carries four bits; these spellings stand for the same 32 bytes.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(text.slice(-1));
    const other = text.slice(0, -1) + alphabet.charAt(last ^ 1);
    expect(Buffer.from(other.slice(20), 'base64url')).toEqual(Buffer.from(text.slice(20), 'base64url'));
    expect(parseApiKey(other)?.hash).not.toEqual(key.hash);
  });

  const [id, secret] = ['a'.repeat(16), 'B'.repeat(43)];
  it.each([
    ['', 'nothing'],
    [id, 'an id alone'],
    [`xl_${id}`, 'no secret'],
    [`xl_${id}_`, 'an empty secret'],
    [`xl_${id}_${secret}C`, 'a secret that is too long'],
    [`xl_${id}_${secret.slice(1)}`, 'a secret that is too short'],
    [`xl_${id.slice(1)}_${secret}`, 'an id that is too short'],
    [`xl_${id.toUpperCase()}_${secret}`, 'an id in capitals'],
    [`XL_${id}_${secret}`, 'another prefix'],
    [` xl_${id}_${secret}`, 'a space before it'],
    [`xl_${id}_${secret}\n`, 'a line end behind it'],
    [`xl_${id}_${secret.slice(1)}=`, 'padding'],
    [`xl_${id}_${secret.slice(1)}é`, 'a letter outside base64url'],
  ])('is not %j: %s', (text) => {
    expect(parseApiKey(text)).toBeUndefined();
  });
});
