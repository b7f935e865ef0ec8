import { Audiences } from '#access';
import type { Secret } from '#config';
import type { Db } from '#database';
import { CursorSeal, Outbox } from '#feed';
import type { Actor } from '#kernel';
import { CaseLinksRepository } from './case-links.repository.js';
import { CasePages } from './case-pages.js';
import { CaseReadsRepository } from './case-reads.repository.js';
import { CasesRepository } from './cases.repository.js';
import { LinkCases } from './link-cases.js';
import { LinkedCases } from './linked-cases.js';
import { ListCases } from './list-cases.js';
import { PublishCases, type CaseOutcome, type CasesDraft } from './publish-cases.js';
import { WithdrawCases } from './withdraw-cases.js';

type Draft = CasesDraft['cases'][number];

const blank: Draft = {
  kind: 'INVESTIGATION',
  scheme: 'TECH_SUPPORT',
  phase: 'OVERT',
  contact: 'fraud desk',
  tlp: 'GREEN',
  audience: { organisations: [], groups: [], everyone: false },
};

/** A case with texts it is interested in, for tests. */
export const aCase = ({ texts, ...part }: Partial<Draft> & { readonly texts?: readonly string[] } = {}): Draft => ({
  ...blank,
  ...(texts ? { interests: texts.map((text) => ({ text })) } : {}),
  ...part,
});

/** An audience of these, for tests. */
export const sharedWith = (...organisations: readonly Actor[]): Draft['audience'] => ({
  organisations: organisations.map(({ organisationId }) => organisationId),
  groups: [],
  everyone: false,
});

/** Every use case of this lib put together by hand, for tests. */
export function aCaseDesk(db: Db, secret: Secret) {
  const cases = new CasesRepository();
  const reads = new CaseReadsRepository();
  const pages = new CasePages(new CursorSeal(secret.key('cursor')));
  const outbox = new Outbox(db);
  const publish = new PublishCases(db, new Audiences(), cases, outbox, secret);

  const publishAll = async (actor: Actor, ...drafts: readonly Draft[]): Promise<readonly CaseOutcome[]> => {
    const rows = await publish.run(actor, { validateOnly: false, cases: drafts });
    if (!('map' in Object(rows))) throw new Error('the call was refused');
    return rows as readonly CaseOutcome[];
  };
  return {
    publish,
    publishAll,
    /** Publishes one case and answers with its id. */
    publishOne: async (actor: Actor, draft: Draft): Promise<string> => {
      const [row] = await publishAll(actor, draft);
      if (!row?.caseId) throw new Error(`the case was refused: ${row?.error?.rule ?? ''}`);
      return row.caseId;
    },
    withdraw: new WithdrawCases(db, cases, outbox),
    links: new LinkCases(db, cases, new CaseLinksRepository(), outbox),
    linked: new LinkedCases(db, reads, pages, secret),
    lists: new ListCases(db, reads, pages),
    /** What the feed tells this organisation, oldest first: `type subject`. */
    told: (actor: Actor): Promise<string[]> =>
      db.as(actor, async (tx) => {
        const rows = await tx.query<{ told: string }[]>(
          `select f.type || ' ' || f.subject_id as told from feed f where f.type like 'case.%' order by f.seq`,
        );
        return rows.map(({ told }) => told);
      }),
  };
}
