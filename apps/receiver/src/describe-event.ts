const MAX_VALUE = 40;
const MAX_SUMMARY = 120;
const MAX_DEPTH = 4;

/** A few words about an event: its type and the first values of its data. */
export function describeEvent(body: Buffer): string {
  const event = parsed(body);
  if (!isEvent(event)) return 'no event';
  const type = typeof event.type === 'string' ? event.type : 'no type';
  return `${cut(type, MAX_VALUE)}  ${cut(leaves(event.data, []).join(' '), MAX_SUMMARY)}`.trim();
}

/** Every plain value with its path: `indicator.type=phone`. What lies deeper than a summary needs is left out. */
function leaves(value: unknown, path: readonly string[]): string[] {
  if (value === null || value === undefined || path.length > MAX_DEPTH) return [];
  if (typeof value === 'object') return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return [`${path.join('.') || 'data'}=${cut(text, MAX_VALUE)}`];
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Anybody may send anything; what is not JSON has no description.
    return undefined;
  }
}

function isEvent(value: unknown): value is { type?: unknown; data?: unknown } {
  return typeof value === 'object' && value !== null;
}

/** A text of at most `length` characters, marked where something is missing. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** Text without control characters: an unverified sender must not move the reader's cursor or forge a line. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, ' ');
}
