/** Control characters but tab and line breaks, and halves of surrogate pairs. */
const ODD = /[^\P{Cc}\t\r\n]|\p{Surrogate}/u;

/** Whether a text can be kept and shown: it holds nothing that travels unseen or that PostgreSQL cannot take. */
export const isPlain = (text: string): boolean => !ODD.test(text);
