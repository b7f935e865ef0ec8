import { Injectable } from '@nestjs/common';
import { authorise } from '#access';
import { Db } from '#database';
import type { Page, PageArgs } from '#graphql';
import { isUuid, type Actor } from '#kernel';
import type { CaseRecord } from './case-file.js';
import { CasePages } from './case-pages.js';
import { CaseReadsRepository, type InterestRecord } from './case-reads.repository.js';

/** Reads the cases that the asker may see, and the interests of its own. */
@Injectable()
export class ListCases {
  constructor(
    private readonly db: Db,
    private readonly reads: CaseReadsRepository,
    private readonly pages: CasePages,
  ) {}

  async one(actor: Actor, id: string): Promise<CaseRecord | undefined> {
    authorise(actor, 'read');
    return isUuid(id) ? this.db.as(actor, (tx) => this.reads.one(tx, id)) : undefined;
  }

  async newest(actor: Actor, args: PageArgs): Promise<Page<CaseRecord>> {
    authorise(actor, 'read');
    const window = this.pages.window(actor, 'cases', args);
    const rows = await this.db.as(actor, (tx) => this.reads.newest(tx, window));
    return this.pages.page(actor, 'cases', args, rows, ({ id }) => id);
  }

  /** Undefined for a case of somebody else. */
  async interests(actor: Actor, of: CaseRecord, args: PageArgs): Promise<Page<InterestRecord> | undefined> {
    authorise(actor, 'read');
    if (of.organisation.id !== actor.organisationId) return undefined;
    const list = `case-interests-${of.id}` as const;
    const window = this.pages.window(actor, list, args);
    const rows = await this.db.as(actor, (tx) => this.reads.interests(tx, of.id, window));
    return this.pages.page(actor, list, args, rows, ({ indicatorId }) => indicatorId);
  }
}
