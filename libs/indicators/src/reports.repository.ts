import { Injectable } from '@nestjs/common';
import type { OrganisationId } from '#kernel';
import type { Tx } from '#database';
import type { Report } from './report.js';

/** What an organisation already says under a key. */
export interface StandingReport {
  readonly id: string;
  readonly version: number;
  readonly status: 'ACTIVE' | 'WITHDRAWN' | 'ERASED';
  readonly audienceId: number;
  readonly contentHash: Buffer;
}

/** A row to write. */
interface Writing {
  readonly id: string;
  readonly version: number;
  readonly audienceId: number;
  readonly report: Report;
}

/** Cannot stand in a key, a brand or a country code. */
const SEPARATOR = '\u001f';

/** The columns of a batch, in the order of {@link batchColumns}; lists travel as one text each, because unnest flattens them. */
const batchRows = `
  unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[], $6::bytea[], $7::uuid[], $8::text[], $9::text[], $10::text[],
         string_to_array($11, '${SEPARATOR}')::jsonb[], $12::text[], $13::text[], $14::text[], $15::smallint[], $16::text[], $17::timestamptz[], $18::timestamptz[],
         $19::text[], $20::text[], $21::text[], $22::text[], $23::text[], $24::text[], $25::text[])
    as r (id, version, audience_id, dedupe_key, external_id, content_hash, indicator_id, indicator_type, value, raw_text,
          attributes, aggregation_keys, role, scam_type, confidence, tlp, first_seen, last_seen,
          brands, impersonated, source, source_reference, victim_countries, victim_count, note)`;

const list = (column: string) => `coalesce(string_to_array(nullif(r.${column}, ''), '${SEPARATOR}'), '{}')`;

const insertSql = `
insert into report (organisation_id, batch_id, id, version, audience_id, dedupe_key, external_id, content_hash, indicator_id,
  indicator_type, value, raw_text, attributes, aggregation_keys, role, scam_type, confidence, tlp, first_seen, last_seen,
  brands, impersonated, source, source_reference, victim_countries, victim_count, note)
select $26, $27, r.id, r.version, r.audience_id, r.dedupe_key, r.external_id, r.content_hash, r.indicator_id,
  r.indicator_type, r.value, r.raw_text, r.attributes, ${list('aggregation_keys')}, r.role, r.scam_type, r.confidence, r.tlp,
  r.first_seen, r.last_seen, ${list('brands')}, ${list('impersonated')}::uuid[], r.source, r.source_reference,
  ${list('victim_countries')}, r.victim_count, r.note
from ${batchRows}
on conflict (organisation_id, dedupe_key) do nothing
returning id`;

const updateSql = `
update report t set batch_id = $26, version = r.version, status = 'ACTIVE', withdrawn_at = null, withdraw_reason = null,
  updated_at = clock_timestamp(), audience_id = r.audience_id,
  audience_since = case when t.status = 'ACTIVE' then t.audience_since else clock_timestamp() end, external_id = r.external_id, content_hash = r.content_hash,
  indicator_id = r.indicator_id, indicator_type = r.indicator_type, value = r.value, raw_text = r.raw_text, attributes = r.attributes,
  aggregation_keys = ${list('aggregation_keys')}, role = r.role, scam_type = r.scam_type, confidence = r.confidence, tlp = r.tlp,
  first_seen = r.first_seen, last_seen = r.last_seen, brands = ${list('brands')}, impersonated = ${list('impersonated')}::uuid[],
  source = r.source, source_reference = r.source_reference, victim_countries = ${list('victim_countries')},
  victim_count = r.victim_count, note = r.note
from ${batchRows} where t.id = r.id`;

function batchColumns(rows: readonly Writing[]): unknown[] {
  const of = <T>(pick: (row: Writing) => T) => rows.map(pick);
  return [
    of(({ id }) => id),
    of(({ version }) => version),
    of(({ audienceId }) => audienceId),
    of(({ report }) => report.dedupeKey),
    of(({ report }) => report.externalId),
    of(({ report }) => report.contentHash),
    of(({ report }) => report.indicatorId),
    of(({ report }) => report.indicator.type),
    of(({ report }) => report.indicator.value),
    of(({ report }) => report.rawText),
    // JSON as one text: it cannot hold a bare control character, and an array's quoting would escape each of its quotes.
    of(({ report }) => JSON.stringify(report.indicator.attributes)).join(SEPARATOR),
    of(({ report }) => report.indicator.keys.join(SEPARATOR)),
    of(({ report }) => report.role),
    of(({ report }) => report.scamType),
    of(({ report }) => report.confidence),
    of(({ report }) => report.tlp),
    of(({ report }) => report.firstSeen),
    of(({ report }) => report.lastSeen),
    of(({ report }) => report.brands.join(SEPARATOR)),
    of(({ report }) => report.impersonated.join(SEPARATOR)),
    of(({ report }) => report.source),
    of(({ report }) => report.sourceReference),
    of(({ report }) => report.victimCountries.join(SEPARATOR)),
    of(({ report }) => report.victimCount),
    of(({ report }) => report.note),
  ];
}

/** Every statement that writes reports. */
@Injectable()
export class ReportsRepository {
  /** The asking organisation as events name it. */
  async publisher(tx: Tx, id: OrganisationId): Promise<{ id: string; name: string } | undefined> {
    const [row] = await tx.query<{ id: string; name: string }[]>('select id, name from organisation where id = $1', [
      id,
    ]);
    return row;
  }

  /** Which of these organisations the asker may know. */
  async knownOrganisations(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const rows = await tx.query<{ id: string }[]>('select id from organisation where id = any ($1)', [
      [...new Set(ids)],
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  /** What the organisation says under these keys, locked in one order, so that two publishers never wait for each other. */
  async lock(tx: Tx, organisationId: OrganisationId, keys: readonly string[]): Promise<Map<string, StandingReport>> {
    const rows = await tx.query<(StandingReport & { dedupeKey: string })[]>(
      `select id, dedupe_key as "dedupeKey", version, status, audience_id as "audienceId", content_hash as "contentHash"
         from report where organisation_id = $1 and dedupe_key = any ($2) order by id for update`,
      [organisationId, keys],
    );
    return new Map(rows.map((row) => [row.dedupeKey, row]));
  }

  /** Ids of the rows that were inserted; one that lost a race against the same key is not among them. */
  async insert(
    tx: Tx,
    organisationId: OrganisationId,
    batchId: string,
    rows: readonly Writing[],
  ): Promise<Set<string>> {
    if (rows.length === 0) return new Set();
    const inserted = await tx.query<{ id: string }[]>(insertSql, [...batchColumns(rows), organisationId, batchId]);
    return new Set(inserted.map(({ id }) => id));
  }

  async update(tx: Tx, batchId: string, rows: readonly Writing[]): Promise<void> {
    if (rows.length > 0) await tx.query(updateSql, [...batchColumns(rows), batchId]);
  }

  /** Of a mere change of audience nothing shows to those who keep sight: neither a version nor a time. */
  async takeIntoBatch(tx: Tx, batchId: string, rows: readonly Writing[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.query('update report set batch_id = $1 where id = any ($2)', [batchId, rows.map(({ id }) => id)]);
  }

  /** Moves reports whose audience changes, and tells those who lose or gain sight. */
  async readdress(tx: Tx, rows: readonly (Writing & { was: StandingReport; saysNew: boolean })[]): Promise<void> {
    const moves = new Map<string, { ids: string[]; audienceId: number; saysNew: boolean }>();
    for (const { id, audienceId, saysNew, was } of rows) {
      // Those who saw a withdrawn report were told already; it comes back as a new one.
      if (was.audienceId === audienceId || was.status !== 'ACTIVE') continue;
      const key = `${audienceId}|${String(saysNew)}`;
      const move = moves.get(key) ?? { ids: [], audienceId, saysNew };
      moves.set(key, { ...move, ids: [...move.ids, id] });
    }
    for (const { ids, audienceId, saysNew } of moves.values()) {
      await tx.query('select app.readdress_reports($1, $2, $3)', [ids, audienceId, saysNew]);
    }
  }

  /** The organisation's own reports by id, external reference or batch; withdrawn and erased ones too. */
  async own(
    tx: Tx,
    organisationId: OrganisationId,
    by: 'id' | 'external_id' | 'batch_id',
    values: readonly string[],
  ): Promise<{ id: string; externalId: string | null; status: StandingReport['status'] }[]> {
    return tx.query(
      `select id, external_id as "externalId", status from report
        where organisation_id = $1 and ${by === 'external_id' ? `dedupe_key = any (select 'x:' || v from unnest($2::text[]) v)` : `${by} = any ($2)`}`,
      [organisationId, values],
    );
  }

  /** Ids of those that were taken back, or erased, just now. */
  async withdraw(tx: Tx, ids: readonly string[], reason: string, erase: boolean): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }[]>('select id from app.withdraw_reports($1, $2, $3) as w (id)', [
      ids,
      reason,
      erase,
    ]);
    return new Set(rows.map(({ id }) => id));
  }
}
