import { brandKey, type EventDraft } from '#feed';
import type { Report } from './report.js';

/** A report about to be announced, as it now stands in the database. */
export interface WrittenReport {
  readonly id: string;
  readonly version: number;
  readonly isNew: boolean;
  readonly audienceId: number;
  readonly report: Report;
}

/**
 * The event that tells of it: the same body for every reader. It carries neither the publisher's own reference nor the
 * text as written nor the audience, which are the publisher's business. Of those impersonated it names brands only:
 * not every reader may know the organisations.
 */
export function reportEvent(
  written: WrittenReport,
  publisher: { readonly id: string; readonly name: string },
): EventDraft {
  const { id, version, isNew, audienceId, report } = written;
  const { indicator } = report;
  return {
    type: isNew ? 'report.published' : 'report.updated',
    audienceId,
    orderKey: report.indicatorId,
    subjectId: id,
    indicatorType: indicator.type,
    scamType: report.scamType,
    brands: report.brands.map(brandKey),
    data: {
      id,
      version,
      organisation: publisher,
      indicator: {
        id: report.indicatorId,
        type: indicator.type,
        value: indicator.value,
        attributes: indicator.attributes,
      },
      role: report.role,
      scamType: report.scamType,
      confidence: report.confidence,
      tlp: report.tlp,
      firstSeen: report.firstSeen,
      lastSeen: report.lastSeen,
      impersonates: { brands: report.brands },
      source: report.source,
      sourceReference: report.sourceReference,
      victimCountries: report.victimCountries,
      victimCount: report.victimCount,
      note: report.note,
    },
  };
}
