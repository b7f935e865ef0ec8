import type { Dispatcher } from 'undici';
import { MAX_RETRY_AFTER_MS } from './retry-schedule.js';
import { DeadlineError } from './verdict.js';

/** What came back, as far as it came. */
export interface Answer {
  readonly status: number | undefined;
  /** Why the answer is not complete. */
  readonly error: unknown;
  /** What the receiver asked for with Retry-After, at most a day. */
  readonly retryAfterMs: number | undefined;
  /** The beginning of the answer as plain text of at most 1 kB; `undefined` if empty or compressed. */
  readonly excerpt: string | undefined;
}

const EXCERPT_BYTES = 1_024;
// NUL cannot be stored; the others move a terminal's cursor or turn a line's direction.
const UNSAFE = /[\p{Cc}\p{Bidi_Control}]+/gu;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Follows one request to the end of its answer, reading all of it so that the connection can be used again. Handed to
 * `dispatch`, which costs half of `request`: no stream is made for a body that nobody reads. Its one deadline is over
 * everything, as undici's own timeouts begin anew with every byte and none covers the wait for a connection.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly answered: Promise<Answer>;
  private end: ((answer: Answer) => void) | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private readonly timer: NodeJS.Timeout;
  private status: number | undefined;
  private headers: Readonly<Record<string, string | string[] | undefined>> = {};
  private readonly kept: Buffer[] = [];
  private bytes = 0;

  constructor(timeoutMs: number) {
    this.answered = new Promise((end) => {
      this.end = end;
    });
    this.timer = setTimeout(() => this.expire(), timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // Given up while it waited for a connection: it is never sent.
    if (!this.end) controller.abort(new DeadlineError());
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Exchange['headers']): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.bytes < EXCERPT_BYTES) this.kept.push(chunk);
    this.bytes += chunk.length;
  }

  onResponseEnd(): void {
    this.finish(undefined);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.finish(error);
  }

  private expire(): void {
    const error = new DeadlineError();
    this.finish(error);
    this.controller?.abort(error);
  }

  private finish(error: unknown): void {
    const end = this.end;
    if (!end) return;
    this.end = undefined;
    clearTimeout(this.timer);
    const plain = this.headers['content-encoding'] === undefined && this.bytes > 0;
    const excerpt = plain ? textOf(Buffer.concat(this.kept)) : '';
    end({
      status: this.status,
      error,
      retryAfterMs: parseRetryAfter(this.headers['retry-after']),
      excerpt: excerpt === '' ? undefined : excerpt,
    });
  }
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
