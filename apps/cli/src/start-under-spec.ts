import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Demonstration } from './seed-demonstration.js';

/** How to start, where it differs from the ordinary. */
interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A clone other than this one. */
  readonly clone?: string;
  /** Another user to start as. */
  readonly uid?: number;
  readonly umask?: string;
  readonly arguments?: readonly string[];
}

/** `npm start` as a process of its own, compiled, on a data folder of the test's. */
export class StartUnderSpec {
  private text = '';
  private readonly ended: Promise<number | string>;

  private constructor(
    readonly process: ChildProcess,
    readonly dataFolder: string,
  ) {
    process.stdout?.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    process.stderr?.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    this.ended = once(process, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  }

  /** Only launched: for starts that are meant to fail or to be killed half-way. */
  static launch(dataFolder: string, options: StartOptions = {}): StartUnderSpec {
    const { env = {}, clone = '.', uid, umask = '022' } = options;
    const { PATH = '' } = process.env;
    const main = resolve(clone, 'dist/apps/cli/src/start.js');
    const child = spawn(
      '/bin/sh',
      ['-c', `umask ${umask}; exec "$0" "$@"`, process.execPath, main, ...(options.arguments ?? [])],
      {
        env: { PATH, PORT: '0', CROSSLINE_DATA: dataFolder, ...env },
        cwd: '/',
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(uid !== undefined && { uid, gid: uid }),
      },
    );
    return new StartUnderSpec(child, dataFolder);
  }

  /** Launched and ready; throws with its output when it ended instead. */
  static async ready(dataFolder: string, options: StartOptions = {}): Promise<StartUnderSpec> {
    const start = StartUnderSpec.launch(dataFolder, options);
    await start.says('Ctrl-C stops everything.');
    return start;
  }

  /** All it has printed so far. */
  get output(): string {
    return this.text;
  }

  /** Waits for words in its output. */
  async says(words: string): Promise<void> {
    while (!this.text.includes(words)) {
      if (this.process.exitCode !== null || this.process.signalCode !== null) {
        await this.ended;
        throw new Error(`It ended before it said "${words}":\n${this.text}`);
      }
      await sleep(20);
    }
  }

  /** The exit code, or the signal that ended it. */
  end(): Promise<number | string> {
    return this.ended;
  }

  stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | string> {
    this.process.kill(signal);
    return this.ended;
  }

  async demonstration(): Promise<Demonstration> {
    return JSON.parse(await readFile(join(this.dataFolder, 'demo.json'), 'utf8')) as Demonstration;
  }

  /** API, worker and database: what it started, by process id. */
  descendants(): number[] {
    const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    const processes = rows.map((row) => row.trim().split(/\s+/).map(Number));
    return processes.filter(([, parent]) => parent === this.process.pid).flatMap(([pid]) => pid ?? []);
  }
}

/** Process id of the embedded database, which its lock file says first. */
export async function databasePid(home: string): Promise<number | undefined> {
  const text = await readFile(join(home, 'postgres/postmaster.pid'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text.split('\n')[0]);
}

/** Waits until none of these processes is left. */
export async function gone(...pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await sleep(20);
}

/** Whether a process runs; one that has ended and waits to be collected does not. */
export function isAlive(pid: number): boolean {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' }).split('\n');
  return rows.some((row) => new RegExp(`^\\s*${pid}\\s+[^Z]`).test(row));
}

/** Asks the API as the holder of a key. */
export async function ask<Data>(url: string, apiKey: string, query: string): Promise<Data> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ query }),
  });
  return ((await answer.json()) as { data: Data }).data;
}
