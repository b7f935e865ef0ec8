import { readConfig } from '#config';
import { createWorker } from './worker.js';

const worker = await createWorker(readConfig());
await worker.start();
process.send?.('ready');

let stopping = false;
const stop = async () => {
  if (stopping) return;
  stopping = true;
  await worker.stop();
  process.exit(0);
};
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, () => void stop());
