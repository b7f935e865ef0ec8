import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { newId, type Actor, type KeyId, type OrganisationId } from '#kernel';
import { CursorSeal } from './cursor-seal.js';

const someone = (): Actor => ({
  organisationId: newId() as OrganisationId,
  keyId: 'k' as KeyId,
  scopes: new Set(),
  requestId: 'r',
});
const seal = new CursorSeal(randomBytes(32));
const seq = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

describe('a sealed cursor', () => {
  it('gives back the position it was made of', () => {
    fc.assert(
      fc.property(fc.nat(), seq, seq, (epoch, after, joined) => {
        const actor = someone();
        const text = seal.sealPosition(actor, { epoch, after, joined });
        expect(seal.openPosition(actor, text)).toEqual({ epoch, after, joined });
      }),
    );
  });

  it('has the same length wherever it stands, and never the same text twice', () => {
    const actor = someone();
    const texts = [0n, 1n, 2n ** 60n, 2n ** 60n].map((after) =>
      seal.sealPosition(actor, { epoch: 1, after, joined: after }),
    );
    expect(new Set(texts.map((text) => text.length)).size).toBe(1);
    expect(new Set(texts).size).toBe(4);
  });

  it('is worth nothing to another organisation, in another list, under another key or with a byte changed', () => {
    fc.assert(
      fc.property(fc.nat({ max: 51 }), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const actor = someone();
        const id = newId();
        const text = seal.sealKey(actor, 'reports', id);
        expect(seal.openKey(actor, 'reports', text)).toBe(id);
        expect(seal.openKey(someone(), 'reports', text)).toBeUndefined();
        expect(seal.openKey(actor, 'cases', text)).toBeUndefined();
        expect(new CursorSeal(randomBytes(32)).openKey(actor, 'reports', text)).toBeUndefined();
        const bytes = Buffer.from(text, 'base64url');
        bytes.writeUInt8(bytes.readUInt8(place) ^ change, place);
        expect(seal.openKey(actor, 'reports', bytes.toString('base64url'))).toBeUndefined();
      }),
    );
  });

  it('refuses any other text without complaint', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(seal.openPosition(someone(), text)).toBeUndefined()));
  });
});
