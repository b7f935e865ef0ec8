/** As clean text: what the defanged one means. */
const refang = (text: string): string => text.replaceAll('[.]', '.').replaceAll('hxxp', 'http').replaceAll('[@]', '@');

const isNumber = (text: string): boolean => /^[\d+()\s.-]+$/.test(text);
const digitsOf = (text: string): string => text.replaceAll(/\D/g, '');

/** Another company writes the same thing its own way: other separators, other case, defanged or not. */
export function rewritten(text: string): string {
  const clean = refang(text);
  if (isNumber(clean)) {
    const digits = digitsOf(clean);
    // A non-breaking hyphen, as word processors put it.
    return `+${digits.slice(0, -10)} (${digits.slice(-10, -7)}) ${digits.slice(-7, -4)}\u2011${digits.slice(-4)}`;
  }
  if (clean.startsWith('http')) return clean.replace('https://', 'hxxps://').replace(/^([^/]*\/\/[^/]*)\./, '$1[.]');
  if (clean.includes('@')) return clean.toUpperCase();
  return clean.replaceAll('.', '[.]').toUpperCase();
}

/** Every way in which a value could stand in somebody's bytes: what the search for leaks looks for, in lower case. */
export function writtenForms(text: string): string[] {
  const clean = refang(text).toLowerCase();
  const forms = [text.toLowerCase(), clean, rewritten(text).toLowerCase()];
  if (isNumber(clean)) {
    const digits = digitsOf(clean);
    const national = digits.slice(-10);
    return unique([...forms, digits, national, `${national.slice(0, 3)}-${national.slice(3, 6)}-${national.slice(6)}`]);
  }
  const bare = clean.replace(/^[a-z]+:\/\//, '');
  return unique([...forms, bare, bare.replaceAll('.', '[.]'), encodeURIComponent(bare).toLowerCase()]);
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
