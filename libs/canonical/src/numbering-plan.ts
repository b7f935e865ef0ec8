import metadata from 'libphonenumber-js/max/metadata';

/** What the numbering plans say about an international number. */
export interface PlannedNumber {
  readonly e164: string;
  readonly callingCode: string;
  readonly possible: boolean;
  readonly valid: boolean;
  readonly type: string | undefined;
}

/** One country's entry in libphonenumber-js' metadata: positions as in its METADATA.md, version 4; 0 means absent. */
type PlanRow = readonly unknown[];
type TypeRow = readonly [pattern: string, lengths?: readonly number[]] | 0 | undefined;

interface NumberPattern {
  readonly entirely: RegExp;
  readonly lengths: readonly number[];
}

interface Plan {
  readonly lengths: readonly number[];
  readonly national: RegExp;
  readonly prefix: RegExp | undefined;
  readonly leadingDigits: RegExp | undefined;
  /** Undefined where a fixed-line number can't be told from a mobile one. */
  readonly mobile: NumberPattern | undefined;
  readonly fixedLine: NumberPattern | undefined;
  readonly others: readonly (readonly [type: string, pattern: NumberPattern])[];
  readonly hasTypes: boolean;
}

const typePositions = [
  ...([
    ['MOBILE', 1],
    ['PREMIUM_RATE', 3],
    ['TOLL_FREE', 2],
    ['SHARED_COST', 9],
    ['VOIP', 8],
  ] as const),
  ...([
    ['PERSONAL_NUMBER', 4],
    ['PAGER', 7],
    ['UAN', 6],
    ['VOICEMAIL', 5],
  ] as const),
];

const countriesOf = new Map(Object.entries(metadata.country_calling_codes as Record<string, readonly string[]>));
const countryRows = new Map(Object.entries(metadata.countries as Record<string, PlanRow>));
const globalRows = new Map(
  Object.entries((metadata as unknown as { nonGeographic: Record<string, PlanRow> }).nonGeographic),
);
/** Compiled plans by calling code, main country first. One entry for each calling code in the world, never a number. */
const plans = new Map<string, readonly Plan[]>();

/** Whether this is a region that has a numbering plan (ISO 3166 alpha-2, upper case). */
export function hasNumberingPlan(region: string): boolean {
  return countryRows.has(region);
}

/** Whether the region is one of the North American Numbering Plan. */
export function isNorthAmerican(region: string): boolean {
  return countryRows.get(region)?.[0] === '1';
}

/**
 * Reads `+` and digits as libphonenumber-js would, some twenty times faster, for the plain case that nothing has to be
 * stripped or rewritten; undefined leaves the number to the library. A property test holds the two equal.
 */
export function readInternational(e164: string): PlannedNumber | undefined {
  for (let length = 1; length <= 3; length += 1) {
    const callingCode = e164.slice(1, 1 + length);
    const candidates = plansOf(callingCode);
    if (candidates !== undefined) return readNational(e164, callingCode, e164.slice(1 + length), candidates);
  }
  return undefined;
}

function readNational(e164: string, callingCode: string, number: string, candidates: readonly Plan[]) {
  const [main] = candidates;
  if (main === undefined || number.length < 2 || number.length > 17 || main.prefix?.test(number) === true) {
    return undefined;
  }
  const plan = candidates.length === 1 ? main : (candidates.find((candidate) => owns(candidate, number)) ?? main);
  const type = typeOf(plan, number);
  const valid = plan.hasTypes ? type !== undefined : plan.national.test(number);
  return { e164, callingCode, possible: plan.lengths.includes(number.length), valid, type };
}

function owns(plan: Plan, number: string): boolean {
  return plan.leadingDigits === undefined ? typeOf(plan, number) !== undefined : plan.leadingDigits.test(number);
}

function typeOf(plan: Plan, number: string): string | undefined {
  if (!plan.national.test(number)) return undefined;
  if (plan.fixedLine !== undefined && matches(plan.fixedLine, number)) {
    return plan.mobile === undefined || matches(plan.mobile, number) ? 'FIXED_LINE_OR_MOBILE' : 'FIXED_LINE';
  }
  return plan.others.find(([, pattern]) => matches(pattern, number))?.[0];
}

function matches({ lengths, entirely }: NumberPattern, number: string): boolean {
  return lengths.includes(number.length) && entirely.test(number);
}

function plansOf(callingCode: string): readonly Plan[] | undefined {
  const known = plans.get(callingCode);
  if (known !== undefined) return known;
  const countries = (countriesOf.get(callingCode) ?? []).filter((country) => country.length === 2);
  const rows =
    countries.length > 0 ? countries.map((country) => countryRows.get(country)) : [globalRows.get(callingCode)];
  const compiled = rows.filter((row) => row !== undefined).map(compile);
  if (compiled.length === 0) return undefined;
  plans.set(callingCode, compiled);
  return compiled;
}

function compile(row: PlanRow): Plan {
  const lengths = row[3] as readonly number[];
  const prefix = textAt(row, 7) ?? textAt(row, 5);
  const leadingDigits = textAt(row, 10);
  const types = (row[11] ?? []) as readonly TypeRow[];
  const patternAt = (position: number): NumberPattern | undefined => {
    const type = types[position];
    if (!type || type[0] === '') return undefined;
    return { entirely: entirely(type[0]), lengths: type[1] ?? lengths };
  };
  return {
    lengths,
    national: entirely(textAt(row, 2) ?? ''),
    prefix: prefix === undefined ? undefined : new RegExp(`^(?:${prefix})`),
    leadingDigits: leadingDigits === undefined ? undefined : new RegExp(`^(?:${leadingDigits})`),
    fixedLine: patternAt(0),
    mobile: patternAt(1),
    others: typePositions.flatMap(([type, position]) => {
      const pattern = patternAt(position);
      return pattern === undefined ? [] : [[type, pattern] as const];
    }),
    hasTypes: types.length > 0,
  };
}

function textAt(row: PlanRow, position: number): string | undefined {
  const value = row[position];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function entirely(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}
