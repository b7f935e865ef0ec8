import { hash } from 'node:crypto';
import { audienceKey, parseAudience, type AudienceGrants } from '#access';
import { canonicalise, indicatorId, type CanonicalIndicator } from '#canonical';
import { isPlain, isUuid, Rejected } from '#kernel';
import type { ReportInput } from './report-input.types.js';

/** A checked report: what one organisation says about one indicator. */
export interface Report {
  readonly indicatorId: string;
  readonly indicator: CanonicalIndicator;
  readonly rawText: string;
  readonly externalId: string | null;
  /** Two reports of one organisation with the same key are the same report. */
  readonly dedupeKey: string;
  readonly role: string;
  readonly scamType: string;
  readonly confidence: number;
  readonly tlp: string;
  readonly audience: AudienceGrants;
  readonly audienceKey: string;
  readonly firstSeen: Date | null;
  readonly lastSeen: Date | null;
  readonly brands: readonly string[];
  readonly impersonated: readonly string[];
  readonly source: string;
  readonly sourceReference: string | null;
  readonly victimCountries: readonly string[];
  readonly victimCount: string | null;
  readonly note: string | null;
  /** SHA-256 of everything above but the audience: tells an update from a repetition. */
  readonly contentHash: Buffer;
}

const MAX = { externalId: 200, sourceReference: 500, note: 2_000, brands: 20, brand: 100, countries: 250 } as const;

const COUNTRY = /^[A-Z]{2}$/;
const EARLIEST = Date.UTC(1990, 0, 1);
/** Clocks differ; a report from the future is a mistake. */
const TOLERANCE_MS = 24 * 3_600_000;

/** Shape was checked by the schema; this checks meaning. The first fault found is the answer. */
export function parseReport(input: ReportInput, idKey: Buffer, now: number): Report | Rejected {
  const fault = checkTexts(input) ?? checkNumbers(input, now) ?? checkImpersonation(input);
  if (fault) return fault;
  const audience = parseAudience(input.audience, input.tlp, 'audience');
  if (audience instanceof Rejected) return audience;
  const { text, type, region } = input.indicator;
  const canonical = canonicalise({ text, type: type ?? undefined, region: region ?? undefined });
  if (!canonical.ok) return Rejected.because('indicator.text', canonical.reason.rule, canonical.reason.message);

  const { indicator } = canonical;
  const id = indicatorId(idKey, indicator.type, indicator.value);
  const externalId = input.externalId ?? null;
  // Written out field by field: spreading an object of this size costs more than all of canonicalisation.
  const report: Omit<Report, 'contentHash'> = {
    indicatorId: id,
    indicator,
    rawText: text,
    externalId,
    dedupeKey: externalId === null ? `i:${id}` : `x:${externalId}`,
    role: input.role,
    scamType: input.scamType,
    confidence: input.confidence,
    tlp: input.tlp,
    audience,
    audienceKey: audienceKey(audience),
    firstSeen: input.firstSeen ?? null,
    lastSeen: input.lastSeen ?? null,
    brands: unique(input.impersonates.brands.map((brand) => brand.trim())),
    impersonated: unique(input.impersonates.organisations.map((one) => one.toLowerCase())),
    source: input.source,
    sourceReference: input.sourceReference ?? null,
    victimCountries: unique(input.victimCountries),
    victimCount: input.victimCount ?? null,
    note: input.note ?? null,
  };
  return Object.assign(report, { contentHash: contentHash(report) });
}

/** A list, not an object: its order is fixed and its keys need not be written. */
function contentHash(report: Omit<Report, 'contentHash'>): Buffer {
  const content = [
    report.indicatorId,
    report.externalId,
    report.rawText,
    report.role,
    report.scamType,
    report.confidence,
    report.tlp,
    report.firstSeen?.getTime() ?? null,
    report.lastSeen?.getTime() ?? null,
    report.brands,
    report.impersonated,
    report.source,
    report.sourceReference,
    report.victimCountries,
    report.victimCount,
    report.note,
  ];
  return hash('sha256', JSON.stringify(content), 'buffer');
}

function checkTexts({ externalId, sourceReference, note }: ReportInput): Rejected | undefined {
  for (const [field, text, most] of [
    ['externalId', externalId, MAX.externalId],
    ['sourceReference', sourceReference, MAX.sourceReference],
    ['note', note, MAX.note],
  ] as const) {
    if (text === null || text === undefined) continue;
    if (text === '' || text.length > most)
      return Rejected.because(field, 'text.length', `Must have 1 to ${most} characters.`);
    if (!isPlain(text))
      return Rejected.because(field, 'text.control', 'Contains control characters or broken Unicode.');
  }
  return undefined;
}

function checkNumbers(
  { confidence, firstSeen, lastSeen, victimCountries }: ReportInput,
  now: number,
): Rejected | undefined {
  if (confidence < 0 || confidence > 100) return Rejected.because('confidence', 'number.range', 'Must be 0 to 100.');
  for (const [field, date] of [
    ['firstSeen', firstSeen],
    ['lastSeen', lastSeen],
  ] as const) {
    if (!date) continue;
    const time = date.getTime();
    if (Number.isNaN(time)) return Rejected.because(field, 'date.form', 'Must be an ISO 8601 date and time.');
    if (time < EARLIEST || time > now + TOLERANCE_MS)
      return Rejected.because(field, 'date.range', 'Must be after 1989 and not in the future.');
  }
  if (firstSeen && lastSeen && firstSeen > lastSeen)
    return Rejected.because('lastSeen', 'date.order', 'Must not be before firstSeen.');
  if (victimCountries.length > MAX.countries || !victimCountries.every((country) => COUNTRY.test(country))) {
    return Rejected.because('victimCountries', 'country.code', 'Must be ISO 3166 alpha-2 codes, in capitals.');
  }
  return undefined;
}

function checkImpersonation({ impersonates: { organisations, brands } }: ReportInput): Rejected | undefined {
  if (
    brands.length > MAX.brands ||
    brands.some((brand) => brand.trim() === '' || brand.length > MAX.brand || !isPlain(brand) || /[\n\t\r]/.test(brand))
  ) {
    return Rejected.because(
      'impersonates.brands',
      'brands.size',
      `At most ${MAX.brands} brands of 1 to ${MAX.brand} characters.`,
    );
  }
  if (organisations.length > MAX.brands || !organisations.every(isUuid)) {
    return Rejected.because(
      'impersonates.organisations',
      'organisations.form',
      `At most ${MAX.brands} organisation ids.`,
    );
  }
  return undefined;
}

const unique = (values: readonly string[]): string[] => (values.length < 2 ? [...values] : [...new Set(values)].sort());
