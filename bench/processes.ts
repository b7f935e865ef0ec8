import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/** Nothing measured here takes longer; what does is ended rather than waited for. */
const PATIENCE_MS = 180_000;

/** A process of ours: answers to messages, and is stopped by its own id. */
export interface Helper {
  readonly pid: number;
  /** Sends a message and waits for the next one back. */
  ask<Answer>(message: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts one and waits until it says that it is up; that first message is `hello`. */
export async function startHelper(
  entry: string,
  { env = {}, args = [], flags = [] }: { env?: Record<string, string>; args?: string[]; flags?: string[] } = {},
): Promise<Helper & { readonly hello: unknown }> {
  const path = fileURLToPath(new URL(entry, import.meta.url));
  const child = fork(path, args, {
    env,
    execArgv: flags,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end); // a bench that fails half-way leaves nothing behind
  const hello = await nextMessage<unknown>(child, entry);
  return {
    hello,
    pid: child.pid ?? 0,
    ask: async <Answer>(message: unknown) => {
      child.send(message as object);
      return nextMessage<Answer>(child, entry);
    },
    stop: async () => {
      process.off('exit', end);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(end, 20_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** The other side of {@link Helper.ask}: says `hello`, then answers each message, until it is stopped. */
export function serveParent(hello: unknown, answer: (question: never) => Promise<unknown>): void {
  process.on('message', (question) => {
    answer(question as never).then(
      (reply) => process.send?.({ reply }),
      (error: unknown) =>
        process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.once('disconnect', () => process.exit(0));
  process.send?.({ reply: hello });
}

async function nextMessage<Message>(child: ChildProcess, entry: string): Promise<Message> {
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), PATIENCE_MS);
  try {
    const [message] = (await Promise.race([
      once(child, 'message', { signal: given.signal }),
      once(child, 'exit', { signal: given.signal }).then(([code]) => {
        throw new Error(`${entry} ended with ${String(code)}`);
      }),
    ])) as [unknown];
    if (isFailure(message)) throw new Error(`${entry}: ${message.failed}`);
    return (isReply(message) ? message.reply : message) as Message;
  } finally {
    clearTimeout(timer);
    given.abort();
  }
}

const isReply = (message: unknown): message is { reply: unknown } =>
  typeof message === 'object' && message !== null && 'reply' in message;
const isFailure = (message: unknown): message is { failed: string } =>
  typeof message === 'object' && message !== null && 'failed' in message;

/** A port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
