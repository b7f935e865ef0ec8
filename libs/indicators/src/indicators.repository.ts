import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import type { Organisation } from '#organisations';

/** A report as its viewer may see it. */
export interface ReportRow {
  readonly id: string;
  readonly version: number;
  readonly organisation: Organisation;
  readonly indicatorId: string;
  readonly indicatorType: string;
  readonly value: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly role: string;
  readonly scamType: string;
  readonly confidence: number;
  readonly tlp: string;
  readonly firstSeen: Date | null;
  readonly lastSeen: Date | null;
  readonly brands: string[];
  readonly impersonated: string[];
  readonly source: string;
  readonly sourceReference: string | null;
  readonly victimCountries: string[];
  readonly victimCount: string | null;
  readonly note: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly mine: boolean;
  readonly externalId: string | null;
  readonly batchId: string | null;
  readonly rawText: string | null;
}

/** What one organisation's visible reports, taken together, say about one indicator. */
export interface Summary {
  readonly indicatorId: string;
  readonly type: string;
  readonly value: string;
  readonly organisationId: string;
  readonly name: string;
  readonly kind: Organisation['kind'];
  readonly country: string | null;
  readonly reportCount: number;
  readonly firstSeen: Date | null;
  readonly lastSeen: Date | null;
}

/** Which reports one wants; null lets everything pass. */
export interface ReportFilter {
  readonly indicatorTypes: readonly string[] | null;
  readonly scamTypes: readonly string[] | null;
  readonly roles: readonly string[] | null;
  readonly organisations: readonly string[] | null;
  readonly brands: readonly string[] | null;
  readonly minConfidence: number | null;
  readonly valuePrefix: string | null;
}

/** Reports shown under one indicator; the rest is in `reports`. */
const REPORTS_SHOWN = 20;

const columns = `
  r.id, r.version, r.indicator_id as "indicatorId", r.indicator_type as "indicatorType", r.value, r.attributes, r.role,
  r.scam_type as "scamType", r.confidence, r.tlp, r.first_seen as "firstSeen", r.last_seen as "lastSeen", r.brands,
  case when r.impersonated = '{}' or r.organisation_id = (select app.organisation()) then r.impersonated
       else array(select i from unnest(r.impersonated) i where i = any ((select app.known_organisations())::uuid[])) end as impersonated,
  r.source, r.source_reference as "sourceReference", r.victim_countries as "victimCountries", r.victim_count as "victimCount", r.note,
  r.created_at as "createdAt", r.updated_at as "updatedAt", r.organisation_id = (select app.organisation()) as mine,
  case when r.organisation_id = (select app.organisation()) then r.external_id end as "externalId",
  case when r.organisation_id = (select app.organisation()) then r.batch_id end as "batchId",
  case when r.organisation_id = (select app.organisation()) then r.raw_text end as "rawText",
  json_build_object('id', o.id, 'name', o.name, 'kind', o.kind, 'country', o.country) as organisation`;

/** $1 page size, $2 the id to go on after, $3… the filter. All filters after the audience: nothing here depends on hidden rows. */
const matches = (r: string) => `
  ${r}.status = 'ACTIVE'
  and ($3::text[] is null or ${r}.indicator_type = any ($3)) and ($4::text[] is null or ${r}.scam_type = any ($4))
  and ($5::text[] is null or ${r}.role = any ($5)) and ($6::uuid[] is null or ${r}.organisation_id = any ($6))
  and ($7::text[] is null or exists (select 1 from unnest(${r}.brands) b where lower(normalize(b, NFKC) collate "pg_unicode_fast") = any ($7)))
  and ($8::int is null or ${r}.confidence >= $8) and ($9::text is null or ${r}.value ^@ $9)`;

/**
 * Newest first: the top of each audience, merged. Costs the same for a viewer who sees little and one who sees much.
 * `between`, not `=`: an equal audience would let the planner walk all reports by id, which for a rare audience is all.
 */
const newest = (more = '') => `
  select top.id from unnest(app.visible_audiences()) a (id) cross join lateral (
    select r.id from report r where r.audience_id between a.id and a.id and ($2::uuid is null or r.id < $2) and ${matches('r')} ${more}
     order by r.audience_id, r.id desc limit $1) top
   order by top.id desc limit $1`;

const filterValues = (filter: ReportFilter) => [
  filter.indicatorTypes,
  filter.scamTypes,
  filter.roles,
  filter.organisations,
  filter.brands,
  filter.minConfidence,
  filter.valuePrefix,
];

/** Every statement that reads reports. Row-level security decides what they find. */
@Injectable()
export class IndicatorsRepository {
  /** The newest matching reports before an id. */
  newestReports(tx: Tx, limit: number, before: string | undefined, filter: ReportFilter): Promise<ReportRow[]> {
    return tx.query<ReportRow[]>(
      `with page as materialized (${newest()})
       select ${columns} from page join report r using (id) join organisation o on o.id = r.organisation_id order by r.id desc`,
      [limit, before ?? null, ...filterValues(filter)],
    );
  }

  /** For each of the newest indicators before a report id: that report, its newest visible one that matches. */
  newestIndicators(
    tx: Tx,
    limit: number,
    before: string | undefined,
    filter: ReportFilter,
  ): Promise<{ indicatorId: string; reportId: string }[]> {
    const newestOfItsIndicator = `and not exists (
      select 1 from report later where later.indicator_id = r.indicator_id and later.id > r.id and ${matches('later')})`;
    return tx.query<{ indicatorId: string; reportId: string }[]>(
      `with page as materialized (${newest(newestOfItsIndicator)})
       select r.indicator_id as "indicatorId", r.id as "reportId" from page join report r using (id) order by r.id desc`,
      [limit, before ?? null, ...filterValues(filter)],
    );
  }

  /** The newest visible reports about each of these indicators, newest first. */
  reportsAbout(tx: Tx, indicatorIds: readonly string[]): Promise<ReportRow[]> {
    return tx.query<ReportRow[]>(
      `select ${columns} from unnest($1::uuid[]) i (id) cross join lateral (
         select * from report r where r.indicator_id = i.id and r.status = 'ACTIVE' order by r.id desc limit ${REPORTS_SHOWN}) r
       join organisation o on o.id = r.organisation_id order by r.id desc`,
      [indicatorIds],
    );
  }

  /** For each indicator and each organisation that reports it: counts over what the viewer may see, and nothing else. */
  summaries(tx: Tx, indicatorIds: readonly string[]): Promise<Summary[]> {
    return tx.query<Summary[]>(
      `with s as materialized (
         select r.indicator_id, r.organisation_id, min(r.indicator_type) as type, min(r.value) as value, count(*)::int as reports,
                min(r.first_seen) as first_seen, max(r.last_seen) as last_seen
           from report r where r.indicator_id = any ($1) and r.status = 'ACTIVE' group by 1, 2)
       select s.indicator_id as "indicatorId", s.type, s.value, s.reports as "reportCount", s.first_seen as "firstSeen",
              s.last_seen as "lastSeen", o.id as "organisationId", o.name, o.kind, o.country
         from s join organisation o on o.id = s.organisation_id order by o.name`,
      [indicatorIds],
    );
  }
}
