import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The server that runs on a data directory, by its postmaster.pid (line 1 pid, 2 directory, 4 port, 8 status). Waits while it
 * is starting or stopping. A file left behind by a crash counts for nothing and is taken away where PostgreSQL itself
 * would stumble over it: when its pid belongs to another program by now, as after each restart of a container.
 */
export async function runningServer(data: string): Promise<{ pid: number; port: number } | undefined> {
  const file = join(data, 'postmaster.pid');
  const lines = await readFile(file, 'utf8').then(
    (text) => text.split('\n'),
    () => [],
  );
  const [pid, directory = '', port, status] = [Number(lines[0]), lines[1], Number(lines[3]), lines[7]?.trim()];
  if (!pid || !isAlive(pid)) return undefined;
  if (status === 'ready' && (await answers(port))) return { pid, port };
  if (await isAnotherProgram(pid, directory)) {
    await rm(file, { force: true });
    return undefined;
  }
  if (status === 'ready') return undefined;
  await sleep(20);
  return runningServer(data);
}

/** Whether there is a process of this id, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Linux tells with which arguments a process was started; elsewhere we cannot know and answer no. */
async function isAnotherProgram(pid: number, directory: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return commandLine !== undefined && !commandLine.split('\0').includes(directory);
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
