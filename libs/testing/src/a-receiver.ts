import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request as it arrived. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: number;
}

/** How the receiver answers: a status, a status with headers, or never. */
export type Answer = number | { readonly status: number; readonly headers: Record<string, string> } | 'hang';

/** An HTTP server on loopback that keeps what it receives and answers as told. */
export interface TestReceiver {
  /** Its address; any path below it arrives here too. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** The requests to one path, oldest first. */
  to(path: string): readonly ReceivedRequest[];
  /** From now on. Starts with 204. */
  answer(with_: Answer | ((request: ReceivedRequest) => Answer)): void;
  /** Resolves once as many requests have come, or what it is told holds; fails after 20 s. */
  until(what: number | (() => boolean)): Promise<void>;
  forget(): void;
}

/** Listens before the tests of this file or block and is closed after them. */
export function aReceiver(): TestReceiver {
  let requests: ReceivedRequest[] = [];
  let answerOf: (request: ReceivedRequest) => Answer = () => 204;
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const received = {
      path: request.url ?? '',
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks).toString('utf8'),
      at: performance.now(),
    };
    requests.push(received);
    const answer = answerOf(received);
    if (answer === 'hang') return;
    const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
    response.writeHead(status, headers).end();
  };
  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  let url = '';
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return {
    get url() {
      return url;
    },
    get requests() {
      return requests;
    },
    to: (path) => requests.filter((request) => request.path === path),
    answer: (with_) => {
      answerOf = typeof with_ === 'function' ? with_ : () => with_;
    },
    until: async (what) => {
      const holds = typeof what === 'number' ? () => requests.length >= what : what;
      const end = performance.now() + 20_000;
      while (!holds()) {
        if (performance.now() > end) throw new Error(`waited in vain; ${requests.length} requests came`);
        await sleep(10);
      }
    },
    forget: () => {
      requests = [];
      answerOf = () => 204;
    },
  };
}
