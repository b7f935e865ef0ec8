import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { cut, describeEvent, printable } from './describe-event.js';

/** How the receiver listens, what it trusts, and how it misbehaves. */
export interface ReceiverOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Secrets to verify with; any of them will do. Without one nothing is verified. */
  readonly secrets: readonly string[];
  /** The status to answer with; 204 unless told otherwise. */
  readonly status?: number;
  /** Never answer. */
  readonly hang?: boolean;
  /** Cut the connection instead of answering. */
  readonly close?: boolean;
  /** Takes each line the receiver has to say. */
  readonly print: (line: string) => void;
}

/** What came in so far. */
interface Totals {
  readonly received: number;
  readonly verified: number;
  readonly refused: number;
  readonly repeats: number;
}

/** A running receiver. */
export interface Receiver {
  readonly url: string;
  totals(): Totals;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 1_048_576;
const MAX_SEEN = 10_000;

/** Starts a small webhook receiver on this machine: it verifies, remembers ids, and prints a line for each request. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const webhooks = options.secrets.map((secret) => new Webhook(secret));
  const seen = new Set<string>();
  const totals = { received: 0, verified: 0, refused: 0, repeats: 0 };

  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    if (body === undefined) {
      response.writeHead(413, { connection: 'close' }).end();
      return;
    }

    totals.received += 1;
    const verdict = verify(webhooks, body, request.headers);
    if (verdict === 'REFUSED') totals.refused += 1;
    if (verdict === 'verified') totals.verified += 1;
    const id = String(request.headers['webhook-id'] ?? 'no id');
    // A refused request must not make the real one look like a repeat.
    const repeat = verdict !== 'REFUSED' && remember(seen, id);
    if (repeat) totals.repeats += 1;

    const time = new Date().toISOString().slice(11, 23);
    const answer = answerTo(verdict, options);
    const line = [time, verdict, cut(id, 64), repeat ? 'repeat' : '', describeEvent(body), `→ ${answer}`];
    options.print(printable(line.filter((part) => part !== '').join('  ')));

    if (answer === 'closed') request.socket.destroy();
    else if (answer !== 'silence') response.writeHead(answer).end();
  };

  const server = createServer((request, response) => {
    // The sender went away half-way: nothing arrived, nothing to say.
    receive(request, response).catch(() => request.socket.destroy());
  });
  await listening(server, options.port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    totals: () => ({ ...totals }),
    close: () => closed(server),
  };
}

type Verdict = 'verified' | 'REFUSED' | 'unverified';

function verify(webhooks: readonly Webhook[], body: Buffer, headers: IncomingHttpHeaders): Verdict {
  if (webhooks.length === 0) return 'unverified';
  const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return webhooks.some((webhook) => accepts(webhook, body, signed)) ? 'verified' : 'REFUSED';
}

function accepts(webhook: Webhook, body: Buffer, headers: Record<string, string>): boolean {
  try {
    webhook.verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    // The library says no by throwing.
    return false;
  }
}

function answerTo(verdict: Verdict, options: ReceiverOptions): number | 'silence' | 'closed' {
  if (options.close === true) return 'closed';
  if (options.hang === true) return 'silence';
  return options.status ?? (verdict === 'REFUSED' ? 401 : 204);
}

/** Notes an id and tells whether it was known. Forgets the oldest, so that it can run for weeks. */
function remember(seen: Set<string>, id: string): boolean {
  if (seen.has(id)) return true;
  seen.add(id);
  const oldest = seen.values().next();
  if (seen.size > MAX_SEEN && oldest.done !== true) seen.delete(oldest.value);
  return false;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
