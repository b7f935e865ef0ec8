import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Partner } from './partner.js';

interface Seeded {
  readonly url: string;
  readonly organisations: readonly { readonly id: string; readonly name: string; readonly apiKey: string }[];
  readonly groups: readonly { readonly id: string; readonly name: string }[];
}

/** The demonstration's own exchange: `npm start` on a folder of its own, gone afterwards. */
export class Exchange {
  private constructor(
    private readonly folder: string,
    private readonly process: ChildProcess,
    readonly group: { readonly id: string; readonly name: string },
    readonly software: Partner,
    readonly marketplace: Partner,
    readonly police: Partner,
    readonly telco: Partner,
  ) {}

  static async start(): Promise<Exchange> {
    const folder = await mkdtemp(join(tmpdir(), 'crossline-demo-'));
    await chmod(folder, 0o755); // root's database runs as another user, who must get in
    const start = fileURLToPath(new URL('../../cli/src/start.js', import.meta.url));
    const child = fork(start, {
      env: { PORT: '0', CROSSLINE_DATA: folder },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const { url, organisations, groups } = await untilSeeded(folder, child);
    const partners = organisations.map(({ id, name, apiKey }) => new Partner(id, name, url, apiKey));
    const [software, marketplace, police, telco] = partners;
    const [group] = groups;
    if (!software || !marketplace || !police || !telco || !group)
      throw new Error('the demonstration exchange is not complete');
    return new Exchange(folder, child, group, software, marketplace, police, telco);
  }

  async stop(): Promise<void> {
    const exited = once(this.process, 'exit');
    this.process.kill('SIGINT');
    await exited;
    await rm(this.folder, { recursive: true, force: true });
  }
}

const PATIENCE_MS = 60_000;

/** demo.json is written once everything runs. */
async function untilSeeded(folder: string, child: ChildProcess): Promise<Seeded> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end && child.exitCode === null) {
    const text = await readFile(join(folder, 'demo.json'), 'utf8').catch(() => '');
    if (text !== '') return JSON.parse(text) as Seeded;
    await sleep(50);
  }
  throw new Error('the exchange did not start');
}
