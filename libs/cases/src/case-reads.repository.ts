import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { caseColumns, linkJson, readLink, type CaseRecord, type LinkJson, type LinkRecord } from './case-file.js';

/** Where a page of a list begins and how much of it to read. */
export interface Window {
  /** The last id of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** An indicator that two cases, or a case and a question, have in common. */
interface SharedIndicator {
  readonly id: string;
  readonly type: string;
  readonly value: string;
}

/** A case that answers a question, with why it does. */
export interface LinkedCaseRecord extends CaseRecord {
  readonly shared: readonly SharedIndicator[];
  readonly sharedCount: number;
  readonly links: readonly LinkRecord[];
}

/** One of the owner's own interests. */
export interface InterestRecord {
  readonly indicatorId: string;
  readonly type: string;
  readonly value: string;
  readonly text: string;
  readonly createdAt: Date;
}

/** Two cases can hold thousands of the same; an answer shows the first ones and the count. */
const SHARED_SHOWN = 200;

// Newest first for each audience, then merged: the plain order walks over everybody else's rows (access policy), and so
// would an equal audience, whose order the planner can drop: hence `between`.
const newestSql = `
select ${caseColumns}
  from (select n.id from unnest(app.visible_audiences()) a (id)
         cross join lateral (
           select f.id from case_file f
            where f.audience_id between a.id and a.id and f.status = 'ACTIVE' and ($1::uuid is null or f.id < $1)
            order by f.audience_id, f.id desc limit $2) n
         order by n.id desc limit $2) page
  join case_file c on c.id = page.id
  join organisation o on o.id = c.organisation_id
 order by c.id desc`;

// $1 indicators, or $2 a case. Ties are followed one step: from the asked case, or from the cases that hold the indicators.
const linkedSql = `
with held as materialized (select * from app.shared_indicators($1, $2)),
start as (
  select h.case_id as id from held h where $2::uuid is null
  union
  select c.id from case_file c where c.id = $2 and c.status = 'ACTIVE'),
tied as materialized (
  select l.id as link_id, l.case_b as case_id from case_link l join start s on s.id = l.case_a where l.status = 'ACTIVE'
  union all
  select l.id, l.case_a from case_link l join start s on s.id = l.case_b where l.status = 'ACTIVE'),
page as (
  select c.* from case_file c
   where c.id in (select case_id from held union select case_id from tied)
     and c.status = 'ACTIVE' and ($3::uuid is null or c.id < $3)
   order by c.id desc limit $4)
select ${caseColumns},
  (select count(*)::int from held h where h.case_id = c.id) as "sharedCount",
  coalesce((select json_agg(json_build_object('id', h.indicator_id, 'type', h.indicator_type, 'value', h.value))
     from (select * from held h where h.case_id = c.id order by h.indicator_type, h.value limit ${SHARED_SHOWN}) h), '[]') as shared,
  coalesce((select json_agg(${linkJson} order by l.id)
     from tied t join case_link l on l.id = t.link_id join organisation w on w.id = l.organisation_id
    where t.case_id = c.id), '[]') as links
  from page c join organisation o on o.id = c.organisation_id
 order by c.id desc`;

/** Every statement that asks about cases. The policies of the tables decide what there is to find. */
@Injectable()
export class CaseReadsRepository {
  async one(tx: Tx, id: string): Promise<CaseRecord | undefined> {
    const [row] = await tx.query<CaseRecord[]>(
      `select ${caseColumns} from case_file c join organisation o on o.id = c.organisation_id
        where c.id = $1 and c.status = 'ACTIVE'`,
      [id],
    );
    return row;
  }

  newest(tx: Tx, { after, limit }: Window): Promise<CaseRecord[]> {
    return tx.query<CaseRecord[]>(newestSql, [after ?? null, limit]);
  }

  /** Cases that hold one of these indicators, and cases tied to those. */
  holding(tx: Tx, indicatorIds: readonly string[], { after, limit }: Window): Promise<LinkedCaseRecord[]> {
    return linked(tx, [indicatorIds, null, after ?? null, limit]);
  }

  /** Cases that hold what this one holds, or are tied to it. */
  besides(tx: Tx, caseId: string, { after, limit }: Window): Promise<LinkedCaseRecord[]> {
    return linked(tx, [[], caseId, after ?? null, limit]);
  }

  /** Of a case of the asker's own; of any other there are none. In the order of their ids. */
  interests(tx: Tx, caseId: string, { after, limit }: Window): Promise<InterestRecord[]> {
    return tx.query<InterestRecord[]>(
      `select indicator_id as "indicatorId", indicator_type as type, value, raw_text as text, created_at as "createdAt"
         from case_interest where case_id = $1 and ($2::uuid is null or indicator_id < $2)
        order by indicator_id desc limit $3`,
      [caseId, after ?? null, limit],
    );
  }
}

async function linked(tx: Tx, parameters: unknown[]): Promise<LinkedCaseRecord[]> {
  const rows = await tx.query<(Omit<LinkedCaseRecord, 'links'> & { links: LinkJson[] })[]>(linkedSql, parameters);
  return rows.map((row) => ({ ...row, links: row.links.map(readLink) }));
}
