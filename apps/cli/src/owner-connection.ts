import type { Config } from '#config';
import { startEmbeddedPostgres } from '#database';

/** Where the owner of the database connects. */
export interface OwnerConnection {
  readonly url: string;
  /** Stops what was started for this connection; a database that was running already goes on. */
  stop(): Promise<void>;
}

/** The database given, or the embedded one of the data folder. */
export async function ownerUrl(config: Config): Promise<OwnerConnection> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, stop: () => Promise.resolve() };
  const server = await startEmbeddedPostgres(config.dataFolder);
  return { url: server.url, stop: () => (server.adopted ? Promise.resolve() : server.stop()) };
}
