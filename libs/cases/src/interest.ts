import { canonicalise, indicatorId, type CanonicalIndicator, type IndicatorType } from '#canonical';
import { Rejected } from '#kernel';

/** An indicator as the owner of a case wrote it. */
export interface InterestDraft {
  readonly text: string;
  readonly type?: IndicatorType | null;
  /** ISO 3166 alpha-2, for phone numbers in their national form. */
  readonly region?: string | null;
}

/** An indicator that a case is interested in. */
export interface Interest extends CanonicalIndicator {
  readonly indicatorId: string;
  readonly rawText: string;
}

/** Reads what was written; two ways to write the same thing give the same id. */
export function parseInterest(key: Buffer, { text, type, region }: InterestDraft): Interest | Rejected {
  const result = canonicalise({ text, type: type ?? undefined, region: region ?? undefined });
  if (!result.ok) return Rejected.because('text', result.reason.rule, result.reason.message);
  const { indicator } = result;
  return { ...indicator, indicatorId: indicatorId(key, indicator.type, indicator.value), rawText: text };
}
