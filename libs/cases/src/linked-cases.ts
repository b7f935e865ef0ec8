import { Injectable } from '@nestjs/common';
import { authorise } from '#access';
import { Secret } from '#config';
import { Db, type Tx } from '#database';
import type { Page, PageArgs } from '#graphql';
import { BadInput, isUuid, Rejected, type Actor } from '#kernel';
import { CasePages } from './case-pages.js';
import { CaseReadsRepository, type LinkedCaseRecord, type Window } from './case-reads.repository.js';
import { parseInterest } from './interest.js';

/** What is asked about: exactly one of the three. */
export interface LinkedCasesQuestion extends PageArgs {
  readonly texts?: readonly string[] | null;
  readonly indicator?: string | null;
  readonly case?: string | null;
}

/** A text that could not be read. */
export interface UnreadText {
  readonly index: number;
  readonly rule: string;
  readonly message: string;
}

/** A page of cases, and the texts nobody could be asked about. */
export interface LinkedCasesAnswer extends Page<LinkedCaseRecord> {
  readonly unrecognised: readonly UnreadText[];
}

const MAX_TEXTS = 1_000;

/**
 * Which visible cases hold the same indicator, or are tied by a visible link. The answer names no indicator but those
 * asked with, or those that the asked case holds too. What is hidden is absent, and so is what does not exist.
 */
@Injectable()
export class LinkedCases {
  private readonly idKey: Buffer;

  constructor(
    private readonly db: Db,
    private readonly reads: CaseReadsRepository,
    private readonly pages: CasePages,
    secret: Secret,
  ) {
    this.idKey = secret.key('indicator-id');
  }

  async run(actor: Actor, question: LinkedCasesQuestion): Promise<LinkedCasesAnswer> {
    authorise(actor, 'read');
    const { find, unrecognised } = this.parse(question);
    const window = this.pages.window(actor, 'linked-cases', question);
    const rows = await this.db.as(actor, (tx) => find(tx, window));
    return { ...this.pages.page(actor, 'linked-cases', question, rows, ({ id }) => id), unrecognised };
  }

  private parse({ texts, indicator, case: asked }: LinkedCasesQuestion): {
    find: (tx: Tx, window: Window) => Promise<LinkedCaseRecord[]>;
    unrecognised: UnreadText[];
  } {
    if ([texts, indicator, asked].filter((one) => one != null).length !== 1) {
      throw new BadInput({ field: 'texts', rule: 'question.one', message: 'Give one of texts, indicator and case.' });
    }
    const unrecognised: UnreadText[] = [];
    const holding = (ids: readonly string[]) => (tx: Tx, window: Window) => this.reads.holding(tx, ids, window);

    if (texts != null) {
      if (texts.length < 1 || texts.length > MAX_TEXTS) {
        throw new BadInput({ field: 'texts', rule: 'batch.size', message: `Must be 1 to ${MAX_TEXTS} texts.` });
      }
      const ids = new Set<string>();
      for (const [index, text] of texts.entries()) {
        const read = parseInterest(this.idKey, { text });
        if (read instanceof Rejected) unrecognised.push({ index, rule: read.fault.rule, message: read.fault.message });
        else ids.add(read.indicatorId);
      }
      return { find: holding([...ids]), unrecognised };
    }
    if (indicator != null) return { find: holding(isUuid(indicator) ? [indicator] : []), unrecognised };
    if (asked != null && isUuid(asked)) {
      return { find: (tx, window) => this.reads.besides(tx, asked, window), unrecognised };
    }
    return { find: holding([]), unrecognised };
  }
}
