import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { newId, type OrganisationId } from '#kernel';
import type { WrittenLink } from './case-events.js';
import { linkJson, readLink, type LinkJson, type LinkRecord } from './case-file.js';

// app.link_audience has locked both cases.
const drawSql = `
insert into case_link (id, case_a, case_b, organisation_id, evidence, strength, audience_id, scheme)
select $1, a.id, b.id, $4, $5, $6, $7, case when a.scheme = b.scheme then a.scheme end
  from case_file a, case_file b where a.id = $2 and b.id = $3
on conflict (case_a, case_b, organisation_id) do update set
  version = case_link.version + (case_link.status <> 'ACTIVE' or case_link.evidence <> excluded.evidence
                                 or case_link.strength <> excluded.strength)::int,
  status = 'ACTIVE', withdrawn_at = null, evidence = excluded.evidence, strength = excluded.strength, scheme = excluded.scheme,
  updated_at = clock_timestamp()
returning new.id, new.version, new.scheme, old.version is distinct from new.version as "saysNew"`;

/** Every statement that writes or reads one tie between two cases. */
@Injectable()
export class CaseLinksRepository {
  /** Who may see a tie between these; undefined unless the asker sees both. They stay locked. */
  async audience(tx: Tx, [a, b]: readonly [string, string]): Promise<number | undefined> {
    const [row] = await tx.query<{ id: number | null }[]>('select app.link_audience($1, $2) as id', [a, b]);
    return row?.id ?? undefined;
  }

  /** Draws a tie, or rewords the author's own between the same two. */
  async draw(
    tx: Tx,
    author: OrganisationId,
    link: Omit<WrittenLink, 'id' | 'version' | 'scheme'>,
  ): Promise<WrittenLink & { readonly saysNew: boolean }> {
    const { caseA, caseB, evidence, strength, audienceId } = link;
    const [row] = await tx.query<{ id: string; version: number; scheme: string | null; saysNew: boolean }[]>(drawSql, [
      newId(),
      caseA,
      caseB,
      author,
      evidence,
      strength,
      audienceId,
    ]);
    if (!row) throw new Error('a tie was not drawn although both cases are visible and locked');
    return { ...link, ...row };
  }

  /** Takes a tie back; false unless the asker drew it and still sees it. */
  async withdraw(tx: Tx, id: string): Promise<boolean> {
    const [row] = await tx.query<{ done: boolean }[]>('select app.withdraw_link($1) as done', [id]);
    return row?.done ?? false;
  }

  async one(tx: Tx, id: string): Promise<LinkRecord | undefined> {
    const [row] = await tx.query<{ link: LinkJson }[]>(
      `select ${linkJson} as link from case_link l join organisation w on w.id = l.organisation_id where l.id = $1`,
      [id],
    );
    return row && readLink(row.link);
  }
}
