import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

type Entry = 'api' | 'worker';

/** A running process of the product. */
export interface Child {
  readonly name: Entry;
  readonly process: ChildProcess;
  /** The first message it sent: it is up. */
  readonly ready: Promise<unknown>;
}

/** A child gets this long to finish what is in flight: a webhook request takes 15 s at most. */
const PATIENCE_MS = 20_000;

/**
 * Runs one of the product's processes. Detached, so that Ctrl-C reaches us alone and we stop things in their order; over
 * the channel it also learns of our death, and stops by itself.
 */
export function startChild(name: Entry, env: NodeJS.ProcessEnv): Child {
  const main = fileURLToPath(new URL(`../../${name}/src/main.js`, import.meta.url));
  const child = fork(main, { env, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ready = Promise.race([
    once(child, 'message').then(([message]) => message as unknown),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The ${name} ended with ${String(code)} before it was ready.`);
    }),
  ]);
  ready.catch(() => undefined); // whoever waits for it hears of it
  return { name, process: child, ready };
}

/** Asks it to stop; what does not stop in time is ended. */
export async function stopChild({ process: child }: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await exited;
  clearTimeout(timer);
}
