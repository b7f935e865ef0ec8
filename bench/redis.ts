import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './processes.js';

/** Whether a redis-server is installed; without one, the benches run on PostgreSQL's queue only and say so. */
export const redisIsInstalled = spawnSync('redis-server', ['--version']).status === 0;

/** A Redis of a bench's own, writing its log once a second as in production. */
export async function startRedis(): Promise<{ readonly url: string; readonly client: Redis; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'crossline-bench-redis-'));
  const port = await freePort();
  const flags = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'];
  const server = spawn('redis-server', flags, { stdio: 'ignore' });
  const end = () => server.kill('SIGKILL');
  process.once('exit', end);
  const client = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on('error', () => undefined); // until it listens
  await client.ping();
  return {
    url: `redis://127.0.0.1:${port}`,
    client,
    stop: async () => {
      process.off('exit', end);
      client.disconnect();
      const exited = once(server, 'exit');
      server.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
