import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { type TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { guardedConnector } from './guarded-connect.js';
import { Poster } from './poster.js';

const trying = { allowLoopbackHttp: true };
const strict = { allowLoopbackHttp: false };
const pem = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

const opened: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0)) await thing.close();
});

function aPoster(...args: ConstructorParameters<typeof Poster>): Poster {
  const poster = new Poster(...args);
  opened.push(poster);
  return poster;
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  opened.unshift({
    close: () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

/** A receiver that does what it is told; answers its URL. */
async function aReceiver(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(listener))}/`;
}

/** A receiver below HTTP, for answers no HTTP server would give. */
async function aRawReceiver(answer: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined).once('data', () => answer(socket));
  });
  return `http://127.0.0.1:${await listen(server)}/`;
}

const post = (url: string, poster = aPoster(trying)) =>
  poster.post(url, { 'content-type': 'application/json', 'webhook-id': 'msg_1' }, Buffer.from('{"type":"a"}'));

/** Long enough for the pool to see that a connection is free again. */
const idle = () => new Promise((done) => setTimeout(done, 20));

describe('Poster', () => {
  it('sends the exact bytes with the headers given and its own name', async () => {
    const got: unknown[] = [];
    const url = await aReceiver((request, response) => {
      request.on('data', (chunk: Buffer) => got.push(request.method, request.url, request.headers, chunk.toString()));
      request.on('end', () => response.end('thanks'));
    });
    const result = await post(`${url}in?a=1#part`);
    expect(result).toMatchObject({ outcome: 'delivered', status: 200, error: undefined, responseExcerpt: 'thanks' });
    expect(got).toEqual([
      'POST',
      '/in?a=1',
      expect.objectContaining({
        'user-agent': 'Crossline-Webhooks/1',
        'content-type': 'application/json',
        'webhook-id': 'msg_1',
        'content-length': '12',
      }),
      '{"type":"a"}',
    ]);
  });

  it.each([
    [200, 'delivered', undefined],
    [204, 'delivered', undefined],
    [301, 'endpoint-failed', 'response.3xx'],
    [304, 'endpoint-failed', 'response.3xx'],
    [400, 'event-failed', 'response.4xx'],
    [404, 'event-failed', 'response.4xx'],
    [408, 'endpoint-failed', 'response.4xx'],
    [410, 'gone', 'response.4xx'],
    [413, 'event-failed', 'response.4xx'],
    [422, 'event-failed', 'response.4xx'],
    [429, 'endpoint-failed', 'response.4xx'],
    [500, 'endpoint-failed', 'response.5xx'],
    [503, 'endpoint-failed', 'response.5xx'],
  ])('takes status %i for %s', async (status, outcome, error) => {
    const url = await aReceiver((_, response) => response.writeHead(status).end());
    expect(await post(url)).toMatchObject({ status, outcome, error, responseExcerpt: undefined });
  });

  it.each([301, 302, 303, 307, 308])('does not follow a %i', async (status) => {
    let canaryHits = 0;
    const canary = await aReceiver((_, response) => {
      canaryHits += 1;
      response.end();
    });
    const url = await aReceiver((_, response) => response.writeHead(status, { location: canary }).end());
    expect(await post(url)).toMatchObject({ outcome: 'endpoint-failed', error: 'response.3xx', status });
    expect(canaryHits).toBe(0);
  });

  it.each([
    ['120', 120_000],
    [' 7 ', 7_000],
    ['86400', 86_400_000],
    ['99999999999999999999', 86_400_000],
    ['0', undefined],
    ['-1', undefined],
    ['1e9', undefined],
    ['soon', undefined],
    ['', undefined],
    ['Wed, 21 Oct 2015 07:28:00 GMT', undefined],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
    ['Foo, 99 Bar 9999 99:99:99 GMT', undefined],
  ])('reads Retry-After "%s" as %p ms', async (header, retryAfterMs) => {
    const url = await aReceiver((_, response) => response.writeHead(429, { 'retry-after': header }).end());
    expect(await post(url)).toMatchObject({ status: 429, retryAfterMs });
  });

  it('reads Retry-After as a date', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const url = await aReceiver((_, response) => response.writeHead(503, { 'retry-after': date }).end());
    const { retryAfterMs = 0 } = await post(url);
    expect(retryAfterMs).toBeGreaterThan(3_500_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });

  it('keeps at most 1 kB of the answer, as text that is safe to store', async () => {
    const answers = [
      Buffer.from(`\0a\r\n\u001b[2Jb\u202ec`),
      Buffer.from('é'.repeat(5_000)),
      Buffer.alloc(5_000, 0xff),
    ];
    const url = await aReceiver((_, response) => response.writeHead(500).end(answers.shift()));
    const poster = aPoster(trying);
    expect((await post(url, poster)).responseExcerpt).toBe('a [2Jb c');
    expect((await post(url, poster)).responseExcerpt).toBe('é'.repeat(512));
    expect(Buffer.byteLength((await post(url, poster)).responseExcerpt ?? '')).toBeLessThanOrEqual(1_024);
  });

  it('keeps nothing of a compressed answer and never unpacks it', async () => {
    const url = await aReceiver((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('bomb'));
    expect(await post(url)).toMatchObject({ outcome: 'delivered', responseExcerpt: undefined });
  });

  it.each([
    [200, 'delivered'],
    [500, 'endpoint-failed'],
  ])('cuts off an endless answer, and its status %i still counts', async (status, outcome) => {
    let sent = 0;
    const url = await aReceiver((_, response) => {
      response.writeHead(status);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000))) sent += 10_000;
      };
      response.on('drain', pour);
      pour();
    });
    const result = await post(url);
    expect(result).toMatchObject({ outcome, status, responseExcerpt: 'x'.repeat(1_024) });
    expect(sent).toBeLessThan(20_000_000);
  });

  it('counts an answer that announces gigabytes as delivered without reading them', async () => {
    const url = await aRawReceiver((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n${'x'.repeat(100_000)}`);
    });
    expect(await post(url)).toMatchObject({ outcome: 'delivered', status: 200 });
  });

  describe('with a deadline', () => {
    const hasty = () => aPoster(trying, { timeoutMs: 250 });

    it('gives up on a receiver that never answers', async () => {
      const url = await aReceiver(() => undefined);
      expect(await post(url, hasty())).toMatchObject({
        outcome: 'endpoint-failed',
        error: 'timeout',
        status: undefined,
      });
    });

    it('gives up on headers that drip', async () => {
      const url = await aRawReceiver((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const drip = setInterval(() => socket.write('a: b\r\n'), 20);
        socket.on('close', () => clearInterval(drip));
      });
      expect(await post(url, hasty())).toMatchObject({
        outcome: 'endpoint-failed',
        error: 'timeout',
        status: undefined,
      });
    });

    it('gives up on a body that drips: an answer that never ends acknowledges nothing', async () => {
      const url = await aReceiver((_, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write('.'), 20);
        response.on('close', () => clearInterval(drip));
      });
      expect(await post(url, hasty())).toMatchObject({ outcome: 'endpoint-failed', error: 'timeout', status: 200 });
    });

    it('gives up on interim answers without end', async () => {
      const url = await aRawReceiver((socket) => {
        const drip = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 20);
        socket.on('close', () => clearInterval(drip));
      });
      expect(await post(url, hasty())).toMatchObject({ outcome: 'endpoint-failed', error: 'timeout' });
    });

    it('gives up on a name that resolves without end', async () => {
      const connect = guardedConnector(strict, () => new Promise(() => undefined));
      const result = await post('https://hooks.example/', aPoster(strict, { timeoutMs: 100, connect }));
      expect(result).toMatchObject({ outcome: 'endpoint-failed', error: 'timeout' });
    });
  });

  it.each([
    ['connection.closed', 'closes without a word', (socket: Socket) => void socket.destroy()],
    ['connection.closed', 'resets', (socket: Socket) => void socket.resetAndDestroy()],
    [
      'connection.closed',
      'resets in the body',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nab', () => socket.resetAndDestroy());
      },
    ],
    ['response.malformed', 'speaks something else', (socket: Socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
    [
      'response.malformed',
      'sends headers without end',
      (socket: Socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${`a: ${'b'.repeat(1_000)}\r\n`.repeat(100)}`);
      },
    ],
  ])('says %s of a receiver that %s', async (error, _, answer) => {
    expect(await post(await aRawReceiver(answer))).toMatchObject({ outcome: 'endpoint-failed', error });
  });

  it('never sends later what it gave up while waiting for a connection', async () => {
    let hits = 0;
    const { port } = new URL(await aReceiver((_, response) => response.end(String((hits += 1)))));
    const real = buildConnector({});
    const held: (() => void)[] = [];
    const connect: buildConnector.connector = (options, callback) => {
      held.push(() => real({ ...options, protocol: 'http:', hostname: '127.0.0.1', port }, callback));
    };
    const poster = aPoster(strict, { timeoutMs: 100, connect });
    expect(await post('https://hooks.example/', poster)).toMatchObject({ error: 'timeout', status: undefined });
    for (const release of held.splice(0)) release();
    await idle();
    expect(hits).toBe(0);
  });

  it('says connect.refused where nobody listens', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((closed) => server.close(closed));
    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({
      outcome: 'endpoint-failed',
      error: 'connect.refused',
      status: undefined,
    });
  });

  it('refuses by its own rule what an older row may still hold', async () => {
    const url = await aReceiver((_, response) => response.end());
    expect(await post(url, aPoster(strict))).toMatchObject({ outcome: 'endpoint-failed', error: 'blocked.url' });
    expect(await post('https://10.0.0.1/', aPoster(strict))).toMatchObject({ error: 'blocked.address' });
  });

  it('says blocked.address of a name that turned private, and dns of one that is gone', async () => {
    const to = (addresses: string[]) => guardedConnector(strict, () => Promise.resolve(addresses));
    const blocked = await post('https://hooks.example/', aPoster(strict, { connect: to(['127.0.0.1']) }));
    expect(blocked).toMatchObject({ outcome: 'endpoint-failed', error: 'blocked.address' });
    const gone = await post('https://hooks.example/', aPoster(strict, { connect: to([]) }));
    expect(gone).toMatchObject({ outcome: 'endpoint-failed', error: 'dns' });
  });

  it('blames nobody when the fault is its own', async () => {
    const failing =
      (code: string): buildConnector.connector =>
      (_, callback) => {
        callback(Object.assign(new Error(code), { code }), null);
      };
    for (const [code, error] of [
      ['EMFILE', 'local.sockets'],
      ['ERR_NAME_SERVERS', 'local.dns'],
    ] as const) {
      const result = await post('https://hooks.example/', aPoster(strict, { connect: failing(code) }));
      expect(result).toMatchObject({ outcome: 'ours', error });
    }
    const closed = aPoster(trying);
    await closed.close();
    expect(await post('http://127.0.0.1:9/', closed)).toMatchObject({ outcome: 'ours', error: 'local.closing' });
    opened.pop();
  });

  it('throws for a header that cannot be sent, which is a mistake of the caller', async () => {
    const url = await aReceiver((_, response) => response.end());
    await expect(aPoster(trying).post(url, { 'x-bad': 'a\r\nb' }, Buffer.from('{}'))).rejects.toThrow('invalid x-bad');
  });

  it('uses a connection again without asking the name again: it goes where it was vetted to go', async () => {
    const ports = new Set<number | undefined>();
    const url = await aReceiver((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    let asked = 0;
    // The name is public when first asked, and this machine ever after.
    const resolve = () => Promise.resolve([(asked += 1) === 1 ? '93.184.215.14' : '127.0.0.1']);
    const real = buildConnector({});
    const here: buildConnector.connector = (options, callback) => {
      real({ ...options, protocol: 'http:', hostname: '127.0.0.1', port: new URL(url).port }, callback);
    };
    const poster = aPoster(strict, { connect: guardedConnector(strict, resolve, here) });

    expect(await post('https://hooks.example/', poster)).toMatchObject({ outcome: 'delivered' });
    await idle();
    expect(await post('https://hooks.example/', poster)).toMatchObject({ outcome: 'delivered' });
    await idle();
    expect([asked, ports.size]).toEqual([1, 1]);

    // A second connection asks again, and is refused.
    const both = await Promise.all([post('https://hooks.example/', poster), post('https://hooks.example/', poster)]);
    expect(both.map(({ error }) => error)).toEqual([undefined, 'blocked.address']);
  });

  describe('over TLS', () => {
    /** A poster whose public addresses all lead to a TLS receiver on this machine; what the receiver saw as SNI. */
    async function aTlsPoster(trust: boolean): Promise<{ poster: Poster; names: unknown[] }> {
      const names: unknown[] = [];
      const server = createTlsServer({ key: pem('tls-key.pem'), cert: pem('tls-cert.pem') }, (request, response) => {
        names.push((request.socket as TLSSocket & { servername?: unknown }).servername, request.headers.host);
        response.end();
      });
      const port = String(await listen(server));
      const real = buildConnector(trust ? { ca: pem('tls-cert.pem') } : {});
      const here: buildConnector.connector = (options, done) => real({ ...options, hostname: '127.0.0.1', port }, done);
      const connect = guardedConnector(strict, () => Promise.resolve(['93.184.215.14']), here);
      return { poster: aPoster(strict, { connect }), names };
    }

    it('checks the certificate against the name although it dials an address', async () => {
      const { poster, names } = await aTlsPoster(true);
      expect(await post('https://hooks.example/', poster)).toMatchObject({ outcome: 'delivered' });
      expect(names).toEqual(['hooks.example', 'hooks.example']);
      const other = await post('https://other.example/', poster);
      expect(other).toMatchObject({ outcome: 'endpoint-failed', error: 'tls', status: undefined });
      expect(names).toHaveLength(2);
    });

    it('sends nothing to a certificate it does not trust', async () => {
      const { poster, names } = await aTlsPoster(false);
      expect(await post('https://hooks.example/', poster)).toMatchObject({ outcome: 'endpoint-failed', error: 'tls' });
      expect(names).toEqual([]);
    });
  });
});
