import type { Config } from '#config';
import { startEmbeddedPostgres } from '#database';
import { holdStartLock } from './start-lock.js';

/** Where the owner of the database connects. */
export interface OwnerConnection {
  readonly url: string;
  /** Stops what was started for this connection; a database that others use goes on. */
  stop(): Promise<void>;
}

/** The database given, or the embedded one of the data folder. */
export async function ownerUrl(config: Config): Promise<OwnerConnection> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, stop: () => Promise.resolve() };
  const server = await startEmbeddedPostgres(config.dataFolder);
  return {
    url: server.url,
    stop: async () => {
      if (server.adopted) return;
      const lock = await holdStartLock(server.url); // not held: an `npm start` took the database over meanwhile
      if (lock) await server.stop();
      await lock?.release();
    },
  };
}
