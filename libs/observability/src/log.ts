/** What a log line may carry: ids, names of codes, counts and times. Never an indicator value, a secret or free text. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** Of the error only its kind, code and place are written: a message may quote what it choked on. */
  error(event: string, error: unknown, fields?: LogFields): void;
}

/** One JSON object a line on standard error. */
export function createLog(service: string, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const put = (level: string, event: string, fields: LogFields) =>
    write(`${JSON.stringify({ at: new Date().toISOString(), level, service, event, ...fields })}\n`);
  return {
    info: (event, fields = {}) => put('info', event, fields),
    warn: (event, fields = {}) => put('warn', event, fields),
    error: (event, error, fields = {}) => put('error', event, { ...describeError(error), ...fields }),
  };
}

function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code } = error as { code?: unknown };
  // The stack without the message, which may have lines that look like places.
  const at = error.stack
    ?.replace(error.message, '')
    .split('\n')
    .find((line) => line.trimStart().startsWith('at '));
  return { error: error.name, code: typeof code === 'string' ? code : undefined, where: at?.trim() };
}
