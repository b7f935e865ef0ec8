import { Injectable } from '@nestjs/common';
import { authorise } from '#access';
import { Db } from '#database';
import { Outbox } from '#feed';
import { isUuid, Rejected, type Actor } from '#kernel';
import { linkEvent } from './case-events.js';
import type { LinkRecord } from './case-file.js';
import { CaseLinksRepository } from './case-links.repository.js';
import { CasesRepository } from './cases.repository.js';
import { parseLink, type LinkDraft } from './link.js';

/** Ties two cases together, and takes the tie back. Whoever sees both cases may; whoever sees both learns of it. */
@Injectable()
export class LinkCases {
  constructor(
    private readonly db: Db,
    private readonly cases: CasesRepository,
    private readonly links: CaseLinksRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Undefined when one of the cases does not exist, is withdrawn or hidden: the three are not told apart. */
  async run(actor: Actor, draft: LinkDraft): Promise<LinkRecord | Rejected | undefined> {
    authorise(actor, 'case:link');
    const link = parseLink(draft);
    if (link instanceof Rejected) return link;
    const { cases, evidence, strength } = link;
    if (!cases) return undefined;

    const drawn = await this.db.as(actor, async (tx) => {
      const audienceId = await this.links.audience(tx, cases);
      if (audienceId === undefined) return undefined;
      const [caseA, caseB] = cases;
      const author = await this.cases.publisher(tx, actor.organisationId);
      const written = await this.links.draw(tx, actor.organisationId, { caseA, caseB, evidence, strength, audienceId });
      if (written.saysNew) await this.outbox.append(tx, actor.organisationId, [linkEvent(written, author)]);
      return this.links.one(tx, written.id);
    });
    if (drawn) this.outbox.committed();
    return drawn;
  }

  /** Undefined unless the asker drew the tie and still sees both cases. */
  async withdraw(actor: Actor, id: string): Promise<LinkRecord | undefined> {
    authorise(actor, 'case:link');
    if (!isUuid(id)) return undefined;
    const withdrawn = await this.db.as(actor, async (tx) =>
      (await this.links.withdraw(tx, id)) ? this.links.one(tx, id) : undefined,
    );
    if (withdrawn) this.outbox.committed();
    return withdrawn;
  }
}
