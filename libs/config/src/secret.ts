import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a key is for. Each purpose has a key of its own, so that none can stand in for another. */
export type KeyPurpose =
  | 'context'
  | 'indicator-id'
  | 'cursor'
  | 'webhook-secret'
  | 'api-login'
  | 'worker-login'
  | 'check';

/** The installation's secret. Everything that must be secret and repeatable is derived from it. */
export class Secret {
  constructor(private readonly text: string) {}

  /** 32 bytes for one purpose (HKDF-SHA256, RFC 5869). */
  key(purpose: KeyPurpose): Buffer {
    return Buffer.from(hkdfSync('sha256', this.text, 'crossline', purpose, 32));
  }
}

/** The secret given, or the one kept in the data folder, made there on first use. */
export async function loadSecret({
  secret,
  dataFolder,
}: {
  secret: string | undefined;
  dataFolder: string;
}): Promise<Secret> {
  if (secret !== undefined) return new Secret(secret);
  const file = join(dataFolder, 'secret');
  await mkdir(dataFolder, { recursive: true });
  // `wx` lets the first of two starters win; the other reads what the first wrote.
  await writeFile(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  return new Secret(await readFile(file, 'utf8'));
}
