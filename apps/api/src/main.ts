import { readConfig } from '#config';
import { createApi } from './api.js';
import { openRuntime } from './open-runtime.js';

const config = readConfig();
const runtime = await openRuntime(config);
const app = await createApi(runtime);
await app.listen(config.port, config.host);
runtime.log.info('api.listening', { url: await app.getUrl() });
process.send?.({ url: await app.getUrl() });

let stopping = false;
const stop = async () => {
  if (stopping) return;
  stopping = true;
  await app.close();
  await runtime.db.close();
  process.exit(0);
};
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, () => void stop());
