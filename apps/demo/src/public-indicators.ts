import { readFile } from 'node:fs/promises';

/** A public indicator as its source wrote it. */
export interface PublicIndicator {
  readonly text: string;
  readonly scamType: 'CALLBACK_PHISHING' | 'TECH_SUPPORT';
  /** Where it was published. */
  readonly source: string;
  /** ISO date, where the source gives one. */
  readonly seen?: string;
}

const BAZARCALL = 'Unit 42, BazarCall: call centers, github.com/pan-unit42/iocs';
const TECH_SUPPORT = 'Unit 42, tech support scams of 2024-11-26, github.com/pan-unit42/iocs';

const lines = async (file: string): Promise<string[]> => {
  const text = await readFile(new URL(`../../../../apps/demo/fixtures/${file}`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '');
};

/** The numbers, senders and domains of the BazarCall appendices and the 27 patterns of the tech support report. */
export async function publicIndicators(): Promise<PublicIndicator[]> {
  const [numbers, senders, domains, patterns] = await Promise.all([
    lines('bazarcall-numbers.txt'),
    lines('bazarcall-senders.txt'),
    lines('bazarcall-domains.txt'),
    lines('tech-support-patterns.txt'),
  ]);
  const callback = (text: string) => ({ text, scamType: 'CALLBACK_PHISHING' as const, source: BAZARCALL });
  return [
    ...numbers.map((line) => {
      const [date = '', number = ''] = line.split(' ');
      return { ...callback(number), seen: `${date}T00:00:00Z` };
    }),
    ...senders.map(callback),
    ...domains.map(callback),
    // [url:value = 'https://…'] → the value between the quotes
    ...patterns.map((pattern) => ({
      text: /'(.*)'/.exec(pattern)?.[1] ?? pattern,
      scamType: 'TECH_SUPPORT' as const,
      source: TECH_SUPPORT,
    })),
  ];
}
