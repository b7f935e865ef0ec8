import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import type { OrganisationId } from '#kernel';
import type { CaseStub } from './case.js';
import type { Interest } from './interest.js';

/** A case about to be written. */
export interface CaseRow {
  readonly stub: CaseStub;
  readonly audienceId: number;
}

/** A case just written, locked until the transaction ends. */
export interface StandingCase {
  readonly id: string;
  readonly dedupeKey: string;
  readonly isNew: boolean;
  /** Its stub says something else than before. */
  readonly changed: boolean;
  readonly status: 'ACTIVE' | 'WITHDRAWN';
  readonly version: number;
  /** As it stood before this call; the new one, when the case is new. */
  readonly audienceId: number;
}

/** Cannot stand in an aggregation key: control characters are refused at the door. */
const SEPARATOR = '\u001f';

// Sorted, so that two publishers never wait for each other. Status and audience stay as they are: see readdress, settle.
const saveSql = `
insert into case_file (id, organisation_id, dedupe_key, external_id, kind, scheme, phase, contact, tlp, content_hash, audience_id)
select c.id, $1, c.dedupe_key, c.external_id, c.kind, c.scheme, c.phase, c.contact, c.tlp, c.content_hash, c.audience_id
  from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[], $11::int[])
    as c (id, dedupe_key, external_id, kind, scheme, phase, contact, tlp, content_hash, audience_id)
 order by c.dedupe_key
on conflict (organisation_id, dedupe_key) do update set
  version = case_file.version + (case_file.content_hash <> excluded.content_hash)::int,
  kind = excluded.kind, scheme = excluded.scheme, phase = excluded.phase, contact = excluded.contact, tlp = excluded.tlp,
  content_hash = excluded.content_hash
returning new.id, new.dedupe_key as "dedupeKey", old.id is null as "isNew", new.status, new.version, new.audience_id as "audienceId",
  old.content_hash is distinct from new.content_hash as changed`;

// The audience is the case's own, which this transaction has locked.
const replaceInterestsSql = `
with given as (
  select g.*, c.audience_id
    from unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
      as g (case_id, indicator_id, indicator_type, value, raw_text, attributes, aggregation_keys)
    join case_file c on c.id = g.case_id and c.organisation_id = $1),
gone as (
  delete from case_interest i
   where i.case_id = any ($2) and not exists (
     select 1 from given g where g.case_id = i.case_id and g.indicator_id = i.indicator_id)
  returning i.case_id),
added as (
  insert into case_interest (case_id, organisation_id, indicator_id, indicator_type, value, raw_text, attributes, aggregation_keys, audience_id)
  select g.case_id, $1, g.indicator_id, g.indicator_type, g.value, g.raw_text, g.attributes::jsonb,
         string_to_array(g.aggregation_keys, '${SEPARATOR}'), g.audience_id
    from given g
  on conflict (case_id, indicator_id) do nothing
  returning case_id, indicator_id)
select case_id as "caseId", indicator_id as "indicatorId" from added
union all
select distinct case_id, null::uuid from gone`;

const settleSql = `
with settled as (
  update case_file set status = 'ACTIVE', withdrawn_at = null, withdraw_reason = null, updated_at = clock_timestamp(),
         version = version + (id = any ($2))::int
   where id = any ($1) returning id, version, created_at)
select id, version, created_at as "firstSharedAt" from settled`;

/** Every statement that writes cases and their interests. */
@Injectable()
export class CasesRepository {
  /** The asking organisation as events name it. */
  async publisher(tx: Tx, id: OrganisationId): Promise<{ id: string; name: string }> {
    const [row] = await tx.query<{ id: string; name: string }[]>('select id, name from organisation where id = $1', [
      id,
    ]);
    if (!row) throw new Error('the organisation of this transaction is not active');
    return row;
  }

  /** Adds the cases that are new and rewords the others; by dedupe key. */
  async save(tx: Tx, owner: OrganisationId, rows: readonly CaseRow[]): Promise<ReadonlyMap<string, StandingCase>> {
    const saved = await tx.query<StandingCase[]>(saveSql, [
      owner,
      rows.map(({ stub }) => stub.id),
      rows.map(({ stub }) => stub.dedupeKey),
      rows.map(({ stub }) => stub.externalId),
      rows.map(({ stub }) => stub.kind),
      rows.map(({ stub }) => stub.scheme),
      rows.map(({ stub }) => stub.phase),
      rows.map(({ stub }) => stub.contact),
      rows.map(({ stub }) => stub.tlp),
      rows.map(({ stub }) => stub.contentHash),
      rows.map(({ audienceId }) => audienceId),
    ]);
    return new Map(saved.map((one) => [one.dedupeKey, one]));
  }

  /** Gives cases exactly these interests. Answers, for each case whose set changed, with what was added. */
  async replaceInterests(
    tx: Tx,
    owner: OrganisationId,
    sets: ReadonlyMap<string, readonly Interest[]>,
  ): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    if (sets.size === 0) return new Map();
    const rows = [...sets].flatMap(([caseId, interests]) => interests.map((interest) => ({ caseId, interest })));
    const changes = await tx.query<{ caseId: string; indicatorId: string | null }[]>(replaceInterestsSql, [
      owner,
      [...sets.keys()],
      rows.map(({ caseId }) => caseId),
      rows.map(({ interest }) => interest.indicatorId),
      rows.map(({ interest }) => interest.type),
      rows.map(({ interest }) => interest.value),
      rows.map(({ interest }) => interest.rawText),
      rows.map(({ interest }) => JSON.stringify(interest.attributes)),
      rows.map(({ interest }) => interest.keys.join(SEPARATOR)),
    ]);
    const added = new Map<string, Set<string>>();
    for (const { caseId, indicatorId } of changes) {
      const of = added.get(caseId) ?? new Set();
      added.set(caseId, indicatorId === null ? of : of.add(indicatorId));
    }
    return added;
  }

  /** Moves cases to an audience; tells those who lose or gain sight, unless what they say changes anyway. */
  async readdress(
    tx: Tx,
    moves: readonly { readonly id: string; readonly audienceId: number; readonly saysNew: boolean }[],
  ): Promise<void> {
    const calls = new Map<string, { ids: string[]; audienceId: number; saysNew: boolean }>();
    for (const { id, audienceId, saysNew } of moves) {
      const key = `${audienceId}|${String(saysNew)}`;
      const call = calls.get(key) ?? { ids: [], audienceId, saysNew };
      calls.set(key, { ...call, ids: [...call.ids, id] });
    }
    for (const { ids, audienceId, saysNew } of calls.values()) {
      await tx.query('select app.readdress_cases($1, $2, $3)', [ids, audienceId, saysNew]);
    }
  }

  /** Makes them active, whatever they were; `raised` get another version for something outside the stub. */
  async settle(
    tx: Tx,
    ids: readonly string[],
    raised: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly version: number; readonly firstSharedAt: Date }>> {
    const rows = await tx.query<{ id: string; version: number; firstSharedAt: Date }[]>(settleSql, [ids, raised]);
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** The organisation's own cases by id or external id; withdrawn ones too. */
  async own(
    tx: Tx,
    owner: OrganisationId,
    by: 'ids' | 'externalIds',
    values: readonly string[],
  ): Promise<{ id: string; externalId: string | null }[]> {
    const chosen = by === 'ids' ? 'id = any ($2)' : `dedupe_key = any (select 'x:' || v from unnest($2::text[]) v)`;
    return tx.query(`select id, external_id as "externalId" from case_file where organisation_id = $1 and ${chosen}`, [
      owner,
      values,
    ]);
  }

  /** Ids of those that were taken back just now. */
  async withdraw(tx: Tx, ids: readonly string[], reason: string): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ id: string }[]>('select id from app.withdraw_cases($1, $2) as w (id)', [ids, reason]);
    return new Set(rows.map(({ id }) => id));
  }
}
