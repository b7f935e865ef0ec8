import { type Rule } from './indicator.js';

/** Longest raw text that is looked at, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 2048;

const printableAscii = /^[\x20-\x7e]*$/;
const loneSurrogate = /\p{Surrogate}/u;
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const control = /[^\P{Cc}\t\r\n]/u;

const mayBeDefanged = /[[({\u3002]|^h(?:xx|\*\*|xt|__)p|^meow|^f[x*]p/i;
const httpScheme = /^(?:h(?:xx|\*\*|xt|__)p|meow)(s?)(?=[[(]?:)/i;
const ftpScheme = /^f[x*]p(?=[[(]?:)/i;
const schemeSeparator = /[[(]:\/\/[\])]/g;
const single = /\[([:/])\]/g;
const dot = / ?[[({] ?(?:\.|dot) ?[\])}] ?|\[\./gi;
const at = / ?[[({] ?(?:@|at) ?[\])}] ?/gi;

/** Unicode folded, invisible characters gone, trimmed, and the usual defanging undone; or the rule the text breaks. */
export function cleanText(text: string): { readonly text: string } | { readonly rule: Rule } {
  if (text.length > MAX_TEXT_LENGTH) return { rule: 'text.too-long' };

  let cleaned = text;
  if (!printableAscii.test(text)) {
    if (loneSurrogate.test(text) || control.test(text)) return { rule: 'text.malformed' };
    // Twice: an invisible character between a letter and its accent hides the pair from NFKC, and NFKC makes new ones.
    cleaned = text.replace(invisible, '').normalize('NFKC').replace(invisible, '');
    if (cleaned.length > MAX_TEXT_LENGTH) return { rule: 'text.too-long' };
  }
  cleaned = refang(cleaned.trim());
  return cleaned === '' ? { rule: 'text.empty' } : { text: cleaned };
}

/** Undoes the ways people make links unclickable: `hxxps://evil[.]com`, `user[at]evil(dot)com`, `meow://` … */
export function refang(text: string): string {
  let refanged = text;
  // Each round only shortens the text, except the schemes, which are at the start and become final at once.
  while (mayBeDefanged.test(refanged)) {
    const next = refanged
      .replace(httpScheme, 'http$1')
      .replace(ftpScheme, 'ftp')
      .replace(schemeSeparator, '://')
      .replace(single, '$1')
      .replace(dot, '.')
      .replace(at, '@')
      .replaceAll('\u3002', '.')
      .trim();
    if (next === refanged) break;
    refanged = next;
  }
  return refanged;
}
