/** What one run of something gave: how many each second, or how many milliseconds. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
}

/** Two series side by side. `ratio` is the measured median over the baseline's. */
export interface Finding {
  readonly measured: Series;
  readonly baseline: Series;
  readonly ratio: number;
  /** What the ratio has to keep to; absent for context that is only printed. */
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
}

/** One question put to the product, with its answers in numbers. */
export interface Answer {
  readonly title: string;
  readonly findings: readonly Finding[];
  /** Single figures without a baseline, and what a reader must know to read the numbers. */
  readonly notes: readonly string[];
}

/** What may be asked of a bench from the command line. */
export interface BenchOptions {
  readonly runs: number;
  /** Scales the amount of work of each run; 1 for figures that count. */
  readonly scale: number;
  /** Folder for CPU profiles of the API. */
  readonly profile: string | undefined;
  readonly say: (line: string) => void;
}

/** A bench; it leaves nothing running and nothing on disk. */
export type Bench = (options: BenchOptions) => Promise<Answer>;

/** Something that can be run again and again, answering with a rate or a time. */
export interface Contestant {
  readonly name: string;
  readonly unit: string;
  readonly run: (round: number) => Promise<number>;
}

/** Runs them A B A B …, so that what else the machine does falls on all alike. */
export async function alternately<const Contestants extends readonly Contestant[]>(
  { runs, say }: Pick<BenchOptions, 'runs' | 'say'>,
  contestants: Contestants,
): Promise<{ [place in keyof Contestants]: Series }> {
  const values = contestants.map((): number[] => []);
  for (let round = 0; round < runs; round++) {
    for (const [place, { name, unit, run }] of contestants.entries()) {
      const value = await run(round);
      values[place]?.push(value);
      say(`  run ${round + 1}: ${name} ${amount(value)} ${unit}`);
    }
  }
  return contestants.map(({ name, unit }, place) => ({ name, unit, values: values[place] ?? [] })) as {
    [place in keyof Contestants]: Series;
  };
}

/** Compares the medians of two series. */
export function compare(measured: Series, baseline: Series, target?: Finding['target']): Finding {
  const ratio = median(measured.values) / median(baseline.values);
  return { measured, baseline, ratio, ...(target && { target }) };
}

/** Whether the ratio keeps to its target; undefined where there is none. */
export function isMet({ ratio, target }: Finding): boolean | undefined {
  if (!target) return undefined;
  return 'atLeast' in target ? ratio >= target.atLeast : ratio <= target.atMost;
}

export const median = (values: readonly number[]): number => percentile(values, 50);

/** By nearest rank, between the two middle values for the median of an even number. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (percent / 100) * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN];
  return below + (above - below) * (place - Math.floor(place));
}

/** A figure as people read it: 12,345 or 1.23. */
export const amount = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value >= 100 ? 0 : value >= 10 ? 1 : 2 });
