import type { IndicatorSummary, ReportRow } from './indicators.repository.js';
import type { Indicator, Report } from './indicators.types.js';

/** A report as GraphQL shows it. */
export function presentReport({ attributes, brands, impersonated, ...row }: ReportRow): Report {
  return {
    ...row,
    attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
    impersonatedBrands: brands,
    impersonatedOrganisations: impersonated,
  };
}

/** Indicators from the visible reports about them; one without any is not there. */
export function presentIndicators(
  reports: readonly ReportRow[],
  summaries: readonly IndicatorSummary[],
): Map<string, Indicator> {
  const about = new Map<string, ReportRow[]>();
  for (const report of reports) {
    const known = about.get(report.indicatorId);
    if (known) known.push(report);
    else about.set(report.indicatorId, [report]);
  }
  return new Map(
    summaries.flatMap(({ id, reportCount, firstSeen, lastSeen }): [string, Indicator][] => {
      const rows = about.get(id) ?? [];
      const [newest] = rows;
      if (!newest) return [];
      const organisations = [...new Map(rows.map(({ organisation }) => [organisation.id, organisation])).values()];
      const { indicatorType: type, value } = newest;
      return [
        [id, { id, type, value, reportCount, firstSeen, lastSeen, organisations, reports: rows.map(presentReport) }],
      ];
    }),
  );
}
