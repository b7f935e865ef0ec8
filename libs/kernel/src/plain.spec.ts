import { isPlain } from './plain.js';

describe('isPlain', () => {
  it.each(['', 'évil.com', 'two\nlines\tand a tab\r\n', '😀'])('takes %j', (text) => expect(isPlain(text)).toBe(true));

  it.each(['a\u0000b', '\u001f', '\u007f', '\u0085', '\ud83d', '\ude00\ud83d'])('refuses %j', (text) =>
    expect(isPlain(text)).toBe(false),
  );
});
