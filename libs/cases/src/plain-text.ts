import { Rejected } from '#kernel';

/** Control characters would travel unseen; line breaks and tabs are how people write. Half a surrogate pair is no text. */
// eslint-disable-next-line no-control-regex
const MALFORMED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\p{Surrogate}]/u;

/** Checks a text that people wrote: outer space is dropped; 1 to `longest` characters remain. */
export function plainText(text: string, field: string, longest: number): string | Rejected {
  const trimmed = text.trim();
  if (trimmed === '') return Rejected.because(field, 'text.empty', 'The text is empty.');
  if (trimmed.length > longest) {
    return Rejected.because(field, 'text.too-long', `The text is longer than ${longest} characters.`);
  }
  if (MALFORMED.test(trimmed)) {
    return Rejected.because(field, 'text.malformed', 'The text contains control characters or broken Unicode.');
  }
  return trimmed;
}
