import { Rejected, type Fault } from '#kernel';
import type { Report } from './report.js';

/** What became of one row. */
export interface ReportOutcome {
  readonly index: number;
  readonly status: 'ACCEPTED' | 'UNCHANGED' | 'REJECTED';
  readonly reportId: string | null;
  readonly indicatorId: string | null;
  readonly externalId: string | null;
  readonly version: number | null;
  readonly error: Fault | null;
}

export interface Publication {
  readonly batchId: string | null;
  readonly rows: readonly ReportOutcome[];
}

/** Why a row may not be written, beyond what the report itself shows. */
export const unknownAudience = Rejected.because(
  'audience',
  'audience.unknown',
  'Names an organisation or group that you cannot see.',
);
export const unknownImpersonated = Rejected.because(
  'impersonates.organisations',
  'organisation.unknown',
  'Names an organisation that you cannot see.',
);
export const repeated = Rejected.because(
  'externalId',
  'row.repeated',
  'An earlier row of this call says something else about the same report.',
);

/** Written, or standing as it was. */
export function accepted(
  { index, report }: { readonly index: number; readonly report: Report },
  status: 'ACCEPTED' | 'UNCHANGED',
  as: { readonly id: string; readonly version: number } | undefined,
): ReportOutcome {
  const { indicatorId, externalId } = report;
  return {
    index,
    status,
    reportId: as?.id ?? null,
    indicatorId,
    externalId,
    version: as?.version ?? null,
    error: null,
  };
}

/** Not written, and why. */
export function rejected(index: number, { fault }: Rejected, report?: Report): ReportOutcome {
  const externalId = report?.externalId ?? null;
  return { index, status: 'REJECTED', reportId: null, indicatorId: null, externalId, version: null, error: fault };
}

/** What would be accepted has no id yet. */
export function withoutIds({ rows }: Publication): Publication {
  return {
    batchId: null,
    rows: rows.map((row) => (row.status === 'ACCEPTED' ? { ...row, reportId: null, version: null } : row)),
  };
}
