import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Actor } from '#kernel';

/** Where a reader of the feed stands. */
export interface FeedPosition {
  readonly epoch: number;
  /** The last seq read. */
  readonly after: bigint;
  /** The reader's newest membership when its reading began: newer ones are read from their beginning only. */
  readonly joined: bigint;
}

const NONCE = 12;
const CONTENT = 24;
const TAG = 16;

/**
 * Seals cursors: a bare place in the feed would tell how much one was not shown. AES-256-GCM, bound to the organisation
 * and to what is paged, so that a cursor is worth nothing to anybody else or anywhere else. All have the same length.
 */
export class CursorSeal {
  constructor(private readonly key: Buffer) {}

  sealPosition(actor: Actor, { epoch, after, joined }: FeedPosition): string {
    const content = Buffer.alloc(CONTENT);
    content.writeUInt32BE(epoch, 0);
    content.writeBigUInt64BE(after, 4);
    content.writeBigUInt64BE(joined, 12);
    return this.seal(actor, 'feed', content);
  }

  openPosition(actor: Actor, text: string): FeedPosition | undefined {
    const content = this.open(actor, 'feed', text);
    return (
      content && {
        epoch: content.readUInt32BE(0),
        after: content.readBigUInt64BE(4),
        joined: content.readBigUInt64BE(12),
      }
    );
  }

  /** Seals the place in a list that is kept in the order of its ids. */
  sealKey(actor: Actor, list: string, id: string): string {
    const content = Buffer.alloc(CONTENT);
    content.write(id.replaceAll('-', ''), 'hex');
    return this.seal(actor, list, content);
  }

  openKey(actor: Actor, list: string, text: string): string | undefined {
    const hex = this.open(actor, list, text)?.toString('hex', 0, 16);
    return hex?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  private seal(actor: Actor, list: string, content: Buffer): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(bond(actor, list));
    return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  private open(actor: Actor, list: string, text: string): Buffer | undefined {
    const sealed = Buffer.from(text, 'base64url');
    if (sealed.length !== NONCE + CONTENT + TAG) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.key, sealed.subarray(0, NONCE))
      .setAAD(bond(actor, list))
      .setAuthTag(sealed.subarray(NONCE + CONTENT));
    const content = decipher.update(sealed.subarray(NONCE, NONCE + CONTENT));
    try {
      decipher.final();
    } catch {
      return undefined; // forged, damaged, or sealed for somebody else
    }
    return content;
  }
}

const bond = ({ organisationId }: Actor, list: string) => Buffer.from(`${organisationId}|${list}`);
