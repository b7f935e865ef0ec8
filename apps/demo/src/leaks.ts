import { writtenForms } from './written-forms.js';

/** Everything that an outsider must not receive. */
export interface Secrets {
  /** Values as anybody wrote them. */
  readonly values: readonly string[];
  readonly ids: readonly string[];
  readonly names: readonly string[];
}

/** How often any of it stands in what somebody received, in any written form. */
export function countLeaks(received: readonly string[], { values, ids, names }: Secrets): number {
  const needles = new Set([...values.flatMap(writtenForms), ...[...ids, ...names].map((text) => text.toLowerCase())]);
  const hay = received.map((bytes) => bytes.toLowerCase());
  let found = 0;
  for (const needle of needles) for (const straw of hay) found += straw.split(needle).length - 1;
  return found;
}
