import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate, startEmbeddedPostgres } from '#database';
import { migrations } from '#migrations';

const quick = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=300',
  'shared_buffers=256MB',
];

/** One throwaway PostgreSQL for the run, with a migrated template that each test file clones. */
export default async function start() {
  if (globalThis.stopServers) return; // two jest projects ask for the same servers
  const folder = await mkdtemp(join(tmpdir(), 'crossline-test-'));
  await chmod(folder, 0o755);
  const server = await startEmbeddedPostgres(
    folder,
    quick.flatMap((setting) => ['-c', setting]),
  );
  // A Nest bootstrap error calls process.exit, which skips the teardown: never leave the server behind.
  const onExit = () => process.kill(server.pid, 'SIGINT');
  process.once('exit', onExit);

  const client = new pg.Client(server.url);
  await client.connect();
  await client.query('create database crossline_template');
  await client.end();
  const template = new URL(server.url);
  template.pathname = 'crossline_template';
  await migrate(template.href, migrations);
  process.env.TEST_POSTGRES_URL = server.url;
  globalThis.stopServers = async () => {
    process.off('exit', onExit);
    await server.stop();
    await rm(folder, { recursive: true });
  };
}
