import { Agent, type buildConnector, type Dispatcher } from 'undici';
import { guardedConnector } from './guarded-connect.js';
import { MAX_RETRY_AFTER_MS } from './retry-schedule.js';
import { parseTargetUrl, type TargetPolicy } from './target-url.js';

/**
 * Whose a failure is. The endpoint's counts for its breaker and ends the slice; the event's own does neither; `gone`
 * disables the endpoint; `ours` says nothing about anybody, so nothing may move.
 */
type Outcome = 'delivered' | 'endpoint-failed' | 'event-failed' | 'gone' | 'ours';

/** How one POST ended. */
export interface PostResult {
  readonly outcome: Outcome;
  /** The HTTP status, where one came. */
  readonly status: number | undefined;
  /** A stable code such as `connect.refused`, `timeout`, `tls`, `dns`, `blocked.address`, `response.5xx`. */
  readonly error: string | undefined;
  readonly ms: number;
  /** What the receiver asked for with Retry-After, at most a day. */
  readonly retryAfterMs: number | undefined;
  /** The beginning of the answer as plain text of at most 1 kB; `undefined` if empty or compressed. */
  readonly responseExcerpt: string | undefined;
}

const USER_AGENT = 'Crossline-Webhooks/1';
const TIMEOUT_MS = 15_000;
const EXCERPT_BYTES = 1_024;
const MAX_RESPONSE_BYTES = 65_536;
// NUL cannot be stored; the others move a terminal's cursor or turn a line's direction.
const UNSAFE = /[\p{Cc}\p{Bidi_Control}]+/gu;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
// Twice the widest window, so that one slow endpoint can never hold all connections to a host it shares with others.
const CONNECTIONS_PER_ORIGIN = 16;

/** POSTs events to endpoints: guarded, bounded in time and size, never following a redirect. Share one per process. */
export class Poster {
  private readonly agent: Agent;
  private readonly timeoutMs: number;

  constructor(
    private readonly policy: TargetPolicy,
    options: { readonly timeoutMs?: number; readonly connect?: buildConnector.connector } = {},
  ) {
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.agent = new Agent({
      connect: options.connect ?? guardedConnector(policy),
      connections: CONNECTIONS_PER_ORIGIN,
      pipelining: 1,
      headersTimeout: this.timeoutMs,
      bodyTimeout: 5_000,
      maxResponseSize: MAX_RESPONSE_BYTES,
      maxHeaderSize: 16_384,
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 30_000,
      // A reused connection goes where it was vetted to go; after a minute the name is asked and judged again.
      clientTtl: 60_000,
      allowH2: false,
    });
  }

  /** Sends one attempt. Whatever the receiver does ends in a result; only a mistake of the caller's throws. */
  async post(url: string, headers: Record<string, string>, body: Buffer): Promise<PostResult> {
    // Judged again: the row may be older than the rule, or than the move to a production database.
    const target = parseTargetUrl(url, this.policy);
    if (!target.ok) {
      const error = target.rule === 'url.address' ? 'blocked.address' : 'blocked.url';
      return { ...nothing, outcome: 'endpoint-failed', error, ms: 0 };
    }

    const started = performance.now();
    // One deadline over everything: undici's own timeouts begin anew with every byte.
    const deadline = startDeadline(this.timeoutMs);
    try {
      const answer = await this.exchange(new URL(target.url), headers, body, deadline);
      return { ...answer, ms: Math.round(performance.now() - started) };
    } finally {
      deadline.stop();
    }
  }

  /** Ends when the requests in flight have, at most one timeout later. */
  async close(): Promise<void> {
    const deadline = startDeadline(this.timeoutMs);
    await Promise.race([this.agent.close(), deadline.expired.catch(() => undefined)]);
    deadline.stop();
    await this.agent.destroy();
  }

  private async exchange(
    url: URL,
    headers: Record<string, string>,
    body: Buffer,
    deadline: Deadline,
  ): Promise<Omit<PostResult, 'ms'>> {
    let response: Dispatcher.ResponseData;
    try {
      const request = this.agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers: { ...headers, 'user-agent': USER_AGENT },
        body,
        signal: deadline.signal,
      });
      // undici notices a signal only once connected: look-up, dialling and the wait for a connection would be unbounded.
      // A request given up while waiting is never sent later.
      response = await Promise.race([request, deadline.expired]);
    } catch (error) {
      if (codeOf(error) === 'UND_ERR_INVALID_ARG') throw error;
      return { ...nothing, ...failureOf(error) };
    }

    const status = response.statusCode;
    const { excerpt, error } = await readBody(response);
    const answered = {
      status,
      retryAfterMs: status < 300 ? undefined : parseRetryAfter(response.headers['retry-after']),
      responseExcerpt: excerpt,
    };
    // An answer that never finished acknowledged nothing; one that we cut off for its size did.
    const failed = error === undefined || codeOf(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' ? undefined : error;
    return { ...answered, ...(failed === undefined ? outcomeOf(status) : failureOf(failed)) };
  }
}

class DeadlineError extends Error {
  readonly code = 'ERR_DEADLINE';
}

interface Deadline {
  readonly signal: AbortSignal;
  readonly expired: Promise<never>;
  stop(): void;
}

/** Not AbortSignal.timeout: that cannot be stopped, and at thousands of POSTs a second its timers pile up. */
function startDeadline(ms: number): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DeadlineError('The deadline has passed.')), ms);
  const expired = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error), { once: true });
  });
  // Racing against it handles the rejection, unless the body is what came too late.
  expired.catch(() => undefined);
  return { signal: controller.signal, expired, stop: () => clearTimeout(timer) };
}

const nothing = { status: undefined, retryAfterMs: undefined, responseExcerpt: undefined };
type Verdict = Pick<PostResult, 'outcome' | 'error'>;

function outcomeOf(status: number): Verdict {
  if (status >= 200 && status < 300) return { outcome: 'delivered', error: undefined };
  const error = `response.${Math.floor(status / 100)}xx`;
  if (status === 410) return { outcome: 'gone', error };
  const aboutTheEvent = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return { outcome: aboutTheEvent ? 'event-failed' : 'endpoint-failed', error };
}

/** Failures that a receiver cannot bring about, however it or its name servers behave. */
const ours: Record<string, string> = {
  EMFILE: 'local.sockets',
  ENFILE: 'local.sockets',
  ENOBUFS: 'local.sockets',
  EADDRNOTAVAIL: 'local.sockets',
  ENETDOWN: 'local.network',
  ERR_NAME_SERVERS: 'local.dns',
  UND_ERR_CLOSED: 'local.closing',
  UND_ERR_DESTROYED: 'local.closing',
};

const theirs: Record<string, string> = {
  ERR_BLOCKED_ADDRESS: 'blocked.address',
  ERR_UNRESOLVED_NAME: 'dns',
  ERR_DEADLINE: 'timeout',
  ECONNREFUSED: 'connect.refused',
  EHOSTUNREACH: 'connect.unreachable',
  ENETUNREACH: 'connect.unreachable',
  ETIMEDOUT: 'connect.timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect.timeout',
  ECONNRESET: 'connection.closed',
  EPIPE: 'connection.closed',
  UND_ERR_SOCKET: 'connection.closed',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'response.malformed',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'response.malformed',
  HTTPParserError: 'response.malformed',
};

const TLS_CODE = /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH$|EPROTO$)/;

function failureOf(error: unknown): Verdict {
  const code = codeOf(error);
  const local = ours[code];
  if (local !== undefined) return { outcome: 'ours', error: local };
  const parsing = code.startsWith('HPE_') ? 'response.malformed' : undefined;
  const tls = TLS_CODE.test(code) ? 'tls' : undefined;
  return { outcome: 'endpoint-failed', error: theirs[code] ?? parsing ?? tls ?? 'connection.failed' };
}

function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  // undici's parser gives no code when what comes is not HTTP at all.
  return [code, name].find((text) => typeof text === 'string') ?? '';
}

/** Reads all of the answer, so that the connection can be used again, and keeps its beginning. */
async function readBody({ body, headers }: Dispatcher.ResponseData): Promise<{ excerpt?: string; error?: unknown }> {
  const kept: Buffer[] = [];
  let bytes = 0;
  let failed: { error?: unknown } = {};
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (bytes < EXCERPT_BYTES) kept.push(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    failed = { error };
  }
  const excerpt = headers['content-encoding'] === undefined ? textOf(Buffer.concat(kept)) : '';
  return { ...failed, ...(excerpt !== '' && { excerpt }) };
}

/** Bytes of unknown origin as text that is safe to store and to print, cut at a whole character. */
function textOf(bytes: Buffer): string {
  const text = bytes.subarray(0, EXCERPT_BYTES).toString('utf8').replace(UNSAFE, ' ');
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(EXCERPT_BYTES));
  return text.slice(0, read).trim();
}

/** Retry-After in either of its forms, as milliseconds from now. Nonsense and the past are as good as nothing. */
function parseRetryAfter(header: string | string[] | undefined): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : HTTP_DATE.test(text) ? Date.parse(text) - Date.now() : NaN;
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}
