import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type buildConnector } from 'undici';
import { Exchange } from './exchange.js';
import { guardedConnector } from './guarded-connect.js';
import { parseTargetUrl, type TargetPolicy } from './target-url.js';
import { codeOf, failureOf, outcomeOf, type Outcome } from './verdict.js';

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
const MAX_RESPONSE_BYTES = 65_536;
// Twice the widest window, so that one slow endpoint can never hold all connections to a host it shares with others.
const CONNECTIONS_PER_ORIGIN = 16;
/** Parsed targets kept; more endpoints than this on one worker are parsed again. */
const KNOWN_TARGETS = 10_000;

/** POSTs events to endpoints: guarded, bounded in time and size, never following a redirect. Share one per process. */
export class Poster {
  private readonly agent: Agent;
  private readonly timeoutMs: number;
  private readonly targets = new Map<string, Target>();

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
    const target = this.target(url);
    if ('blocked' in target) return { ...nothing, outcome: 'endpoint-failed', error: target.blocked, ms: 0 };

    const started = performance.now();
    const exchange = new Exchange(this.timeoutMs);
    const { origin, path } = target;
    this.agent.dispatch(
      { origin, path, method: 'POST', headers: { 'user-agent': USER_AGENT, ...headers }, body },
      exchange,
    );
    const { status, error, retryAfterMs, excerpt } = await exchange.answered;
    const ms = Math.round(performance.now() - started);

    if (status === undefined) {
      if (codeOf(error) === 'UND_ERR_INVALID_ARG') throw error;
      return { ...nothing, ...failureOf(error), ms };
    }
    // An answer that never finished acknowledged nothing; one that we cut off for its size did.
    const whole = error === undefined || codeOf(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
    const verdict = whole ? outcomeOf(status) : failureOf(error);
    return { ...verdict, status, ms, retryAfterMs: status < 300 ? undefined : retryAfterMs, responseExcerpt: excerpt };
  }

  /** Ends when the requests in flight have, at most one timeout later. */
  async close(): Promise<void> {
    const patience = new AbortController();
    await Promise.race([this.agent.close(), sleep(this.timeoutMs, undefined, patience).catch(() => undefined)]);
    patience.abort();
    await this.agent.destroy();
  }

  /** Judged again: the row may be older than the rule, or than the move to a production database. */
  private target(text: string): Target {
    const known = this.targets.get(text);
    if (known) return known;
    const judged = parseTargetUrl(text, this.policy);
    if (!judged.ok) return { blocked: judged.rule === 'url.address' ? 'blocked.address' : 'blocked.url' };
    const { origin, pathname, search } = new URL(judged.url);
    if (this.targets.size >= KNOWN_TARGETS) this.targets.clear();
    const target = { origin, path: pathname + search };
    this.targets.set(text, target);
    return target;
  }
}

type Target = { readonly origin: string; readonly path: string } | { readonly blocked: string };

const nothing = { status: undefined, retryAfterMs: undefined, responseExcerpt: undefined };
