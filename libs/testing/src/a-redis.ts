import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A Redis of one test file's own. */
export interface TestRedis {
  readonly url: string;
}

/** Whether a redis-server (or Valkey under that name) is installed here. In CI it must be: nothing is skipped in silence. */
const redisIsInstalled = spawnSync('redis-server', ['--version']).status === 0;
if (!redisIsInstalled && process.env.CI) throw new Error('CI runs the queue tests on Redis too: install redis-server.');

/** `describe` where there is a redis-server; elsewhere the suite is reported as skipped. */
export const describeWithRedis = redisIsInstalled ? describe : describe.skip;

/** Started on a free loopback port before the tests of this block, stopped after them. Keeps nothing on disk. */
export function aRedis(): TestRedis {
  let server: ChildProcess | undefined;
  let port = 0;
  beforeAll(async () => {
    port = await freePort();
    const flags = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    server = spawn('redis-server', flags, { stdio: 'ignore' });
    while (!(await answers(port))) {
      if (server.exitCode !== null) throw new Error('redis-server did not start');
      await sleep(20);
    }
  });
  afterAll(async () => {
    if (server?.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  });
  return {
    get url() {
      return `redis://127.0.0.1:${port}`;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const answered = await Promise.race([once(socket, 'connect'), sleep(1_000)]).then(
    () => socket.readyState === 'open',
    () => false,
  );
  socket.destroy();
  return answered;
}
