import { loadSecret, type Config } from '#config';
import { ContextSeal, createSource, Db, runtimeUrl } from '#database';
import { createLog } from '#observability';
import type { Runtime } from './runtime.module.js';

/** Opens what the API needs: the database as its own runtime role. */
export async function openRuntime(config: Config): Promise<Runtime> {
  if (config.databaseUrl === undefined)
    throw new Error('The API needs DATABASE_URL; npm start runs the embedded database.');
  const secret = await loadSecret(config);
  const source = await createSource(runtimeUrl(config.databaseUrl, 'api', secret), { poolSize: 16 }).initialize();
  return { config, secret, db: new Db(source, new ContextSeal(secret.key('context'))), log: createLog('api') };
}
