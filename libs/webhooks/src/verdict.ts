/**
 * Whose a failure is. The endpoint's counts for its breaker and ends the slice; the event's own does neither; `gone`
 * disables the endpoint; `ours` says nothing about anybody, so nothing may move.
 */
export type Outcome = 'delivered' | 'endpoint-failed' | 'event-failed' | 'gone' | 'ours';

/** What an answer, or the want of one, means; the error is a stable code. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly error: string | undefined;
}

/** The deadline over a whole request has passed. */
export class DeadlineError extends Error {
  readonly code = 'ERR_DEADLINE';
}

/** By the status of an answer. */
export function outcomeOf(status: number): Verdict {
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

/** By what went wrong. */
export function failureOf(error: unknown): Verdict {
  const code = codeOf(error);
  const local = ours[code];
  if (local !== undefined) return { outcome: 'ours', error: local };
  const parsing = code.startsWith('HPE_') ? 'response.malformed' : undefined;
  const tls = TLS_CODE.test(code) ? 'tls' : undefined;
  return { outcome: 'endpoint-failed', error: theirs[code] ?? parsing ?? tls ?? 'connection.failed' };
}

/** The stable name that an error carries, if any. */
export function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  // undici's parser gives no code when what comes is not HTTP at all.
  return [code, name].find((text) => typeof text === 'string') ?? '';
}
