import { type Rule } from './indicator.js';

/** A phone number as written, reduced to its digits. */
export interface WrittenPhone {
  readonly digits: string;
  /** Written with + (or an RFC 3966 context), so that the country code comes first. */
  readonly international: boolean;
  readonly extension: string | undefined;
  /** Written as only North America writes: `1-661-501-2041`, toll-free `(888) 872-8010` or `800-FLOWERS`. */
  readonly northAmericanForm: boolean;
}

const MAX_PHONE_TEXT_LENGTH = 120;

const compactForm = /^\+?\d{1,20}$/;
const telUri = /^tel: ?(?:\/\/)?/i;
const digitOfAnyScript = /\p{Nd}/gu;
const dash = /[\p{Pd}\u2212\u30fc]/gu;
const extensionForm = /(?:;ext=|[ ,;]?(?:extension|extn|ext|xtn|x|#|int|доб)[ .:]{0,3})(\d{1,7})#?$/iu;
const punctuation = /[\s().~/-]+/g;
const written = /^\+{0,2}\d{1,20}$/;
const letter = /\p{L}/u;
const northAmerican =
  /^(?:1(?:[ .-]{1,3}|[ .-]{0,3}\()[2-9]\d\d|\(8(?:00|33|44|55|66|77|88))\)?[ .-]{1,3}[2-9]\d\d[ .-]{1,3}\d{4}$/;
const vanity = /^(?:\+?1)?[ .-]?\(?([2-9]\d\d)\)?[ .-]?([a-z0-9][a-z0-9 -]*)$/i;
const mayBeVanity = /^[\d(][a-z\d() -]*$/i;
const tollFreeArea = /^8(?:00|33|44|55|66|77|88)$/;

/** Takes a phone number's text apart; guesses nothing: a stray letter is a reason to refuse, not to skip it. */
export function readPhoneText(text: string): WrittenPhone | Rule {
  if (compactForm.test(text)) return plainNumber(text, false, undefined);
  if (text.length > MAX_PHONE_TEXT_LENGTH) return 'phone.invalid';

  const [subscriber = '', ...parameters] = text.replace(telUri, '').split(/;(?=[a-z])/i);
  const [body, extension] = withoutExtension(foldDigits(subscriber).replace(dash, '-').trim());
  if (letter.test(body)) return readVanity(body, extension);

  const digits = body.replace(punctuation, '');
  if (!written.test(digits)) return 'phone.invalid';
  const context = parameterOf(parameters, 'phone-context');
  const inContext =
    context?.startsWith('+') === true && !digits.startsWith('+')
      ? `${context.replace(punctuation, '')}${digits}`
      : digits;
  if (!written.test(inContext)) return 'phone.invalid';
  return plainNumber(inContext, northAmerican.test(body), extension ?? parameterOf(parameters, 'ext'));
}

/** Whether the text is a North American number spelt with a word, like 1-800-FLOWERS. */
export function isVanityNumber(text: string): boolean {
  return mayBeVanity.test(text) && letter.test(text) && typeof readPhoneText(text) === 'object';
}

function plainNumber(text: string, northAmericanForm: boolean, extension: string | undefined): WrittenPhone {
  const digits = text.replaceAll('+', '');
  return { digits, international: digits.length < text.length, extension, northAmericanForm };
}

/** 1-855-MICROSOFT is dialled as its first seven letters; 8728010 CALL NOW is not a number. */
function readVanity(body: string, extension: string | undefined): WrittenPhone | Rule {
  const [, area, word] = vanity.exec(body) ?? [];
  if (area === undefined || word === undefined) return 'phone.letter';

  const groups = word.split(/[ -]+/).filter((group) => group !== '');
  const beforeLast = groups.slice(0, -1).join('').length;
  const symbols = groups.join('');
  const letters = symbols.replace(/\d/g, '').length;
  const mixed = groups.some((group) => /\d/.test(group) && /[a-z]/i.test(group));
  if (mixed || letters < 3 || symbols.length < 7 || beforeLast >= 7) return 'phone.letter';

  const national = `${area}${Array.from(symbols.slice(0, 7), keypadDigit).join('')}`;
  const international = body.startsWith('+');
  return {
    digits: international ? `1${national}` : national,
    international,
    extension,
    northAmericanForm: body.startsWith('1') || tollFreeArea.test(area),
  };
}

function keypadDigit(symbol: string): string {
  // Keys 2 to 9 carry abc def ghi jkl mno pqrs tuv wxyz.
  const key = '22233344455566677778889999'.charAt(symbol.toLowerCase().charCodeAt(0) - 97);
  return key === '' ? symbol : key;
}

function withoutExtension(text: string): [body: string, extension: string | undefined] {
  const found = extensionForm.exec(text);
  if (found === null || !/[\d) .]$/.test(text.slice(0, found.index))) return [text, undefined];
  return [text.slice(0, found.index).trim(), found[1]];
}

function parameterOf(parameters: readonly string[], name: string): string | undefined {
  const found = parameters.find((parameter) => parameter.toLowerCase().startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

/** Where the digits 0 to 9 start in the scripts phone numbers are written in. */
const zeros = [
  ...[0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66],
  ...[0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810],
];

function foldDigits(text: string): string {
  return text.replace(digitOfAnyScript, (digit) => {
    const code = digit.charCodeAt(0);
    const zero = zeros.find((start) => code >= start && code < start + 10);
    return zero === undefined ? digit : String(code - zero);
  });
}
