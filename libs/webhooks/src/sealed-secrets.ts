import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;
const KEPT = 1_000;

/**
 * Endpoints' signing secrets at rest: AES-256-GCM, bound to the endpoint, so that a row copied to another endpoint does
 * not open. Opened ones are kept for a while, the least recently used dropped first.
 */
export class SealedSecrets {
  private readonly opened = new Map<string, { readonly sealed: Buffer; readonly secret: string }>();

  constructor(private readonly key: Buffer) {}

  seal(endpointId: string, secret: string): Buffer {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(endpointId));
    return Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  /** Throws when it was sealed for another endpoint or with another key. */
  open(endpointId: string, sealed: Buffer): string {
    const known = this.opened.get(endpointId);
    this.opened.delete(endpointId);
    const secret = known?.sealed.equals(sealed) ? known.secret : this.decrypt(endpointId, sealed);
    this.opened.set(endpointId, { sealed, secret });
    const [oldest] = this.opened.keys();
    if (this.opened.size > KEPT && oldest !== undefined) this.opened.delete(oldest);
    return secret;
  }

  private decrypt(endpointId: string, sealed: Buffer): string {
    const decipher = createDecipheriv('aes-256-gcm', this.key, sealed.subarray(0, NONCE), { authTagLength: TAG })
      .setAAD(Buffer.from(endpointId))
      .setAuthTag(sealed.subarray(-TAG));
    return decipher.update(sealed.subarray(NONCE, -TAG), undefined, 'utf8') + decipher.final('utf8');
  }
}
