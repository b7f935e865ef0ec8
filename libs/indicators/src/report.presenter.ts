import type { ReportRow, Summary } from './indicators.repository.js';
import type { Indicator, Report } from './indicators.types.js';
import type { Organisation } from '#organisations';

/** A report as GraphQL shows it. */
export function presentReport({ attributes, brands, impersonated, ...row }: ReportRow): Report {
  return {
    ...row,
    attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
    impersonatedBrands: brands,
    impersonatedOrganisations: impersonated,
  };
}

/** Indicators from what may be seen about them, with their newest reports where those were read. */
export function presentIndicators(
  summaries: readonly Summary[],
  reports: readonly ReportRow[],
): Map<string, Indicator> {
  const found = new Map<string, Indicator>();
  const organisations = new Map<string, Organisation>();
  for (const summary of summaries) {
    const {
      indicatorId: id,
      type,
      value,
      organisationId,
      name,
      kind,
      country,
      reportCount,
      firstSeen,
      lastSeen,
    } = summary;
    const organisation = organisations.get(organisationId) ?? { id: organisationId, name, kind, country };
    organisations.set(organisationId, organisation);
    const known = found.get(id);
    if (!known) {
      found.set(id, { id, type, value, reportCount, firstSeen, lastSeen, organisations: [organisation], reports: [] });
      continue;
    }
    known.reportCount += reportCount;
    known.firstSeen = earlier(known.firstSeen, firstSeen);
    known.lastSeen = later(known.lastSeen, lastSeen);
    known.organisations.push(organisation);
  }
  for (const report of reports) found.get(report.indicatorId)?.reports.push(presentReport(report));
  return found;
}

const earlier = (a: Date | null, b: Date | null) => (a && b ? (a < b ? a : b) : (a ?? b));
const later = (a: Date | null, b: Date | null) => (a && b ? (a > b ? a : b) : (a ?? b));
