import { Injectable } from '@nestjs/common';
import { authorise } from '#access';
import { Db } from '#database';
import { Outbox } from '#feed';
import { isUuid, Rejected, type Actor } from '#kernel';
import { CasesRepository } from './cases.repository.js';
import type { CaseWithdrawReason, CaseWithdrawalStatus } from './vocabulary.js';

/** Which cases to take back: by exactly one of the two. */
export interface CaseSelection {
  readonly ids?: readonly string[] | null;
  readonly externalIds?: readonly string[] | null;
  readonly reason: CaseWithdrawReason;
}

/** What became of one case that was to be taken back. */
export interface CaseWithdrawal {
  readonly status: CaseWithdrawalStatus;
  readonly caseId: string | null;
  readonly externalId: string | null;
}

const MAX_ROWS = 1_000;

/** Takes cases back, with every tie to them, and tells everybody who saw them; row by row. */
@Injectable()
export class WithdrawCases {
  constructor(
    private readonly db: Db,
    private readonly cases: CasesRepository,
    private readonly outbox: Outbox,
  ) {}

  async run(actor: Actor, input: CaseSelection): Promise<readonly CaseWithdrawal[] | Rejected> {
    authorise(actor, 'case:withdraw');
    const chosen = parseSelection(input);
    if (chosen instanceof Rejected) return chosen;
    const { by, values } = chosen;

    const outcomes = await this.db.as(actor, async (tx) => {
      const known = values.filter((value) => (by === 'ids' ? isUuid(value) : !value.includes('\0')));
      const own = await this.cases.own(tx, actor.organisationId, by, known);
      const done = await this.cases.withdraw(
        tx,
        own.map(({ id }) => id),
        input.reason,
      );
      const found = new Map(own.map((one) => [by === 'ids' ? one.id : one.externalId, one]));
      return values.map((value): CaseWithdrawal => {
        const one = found.get(value);
        // Somebody else's, hidden or not, is as absent as one that does not exist.
        if (!one) return { status: 'NOT_FOUND', caseId: null, externalId: null };
        return { status: done.has(one.id) ? 'WITHDRAWN' : 'UNCHANGED', caseId: one.id, externalId: one.externalId };
      });
    });
    this.outbox.committed();
    return outcomes;
  }
}

function parseSelection({ ids, externalIds }: CaseSelection) {
  const values = ids ?? externalIds;
  if (!values || (ids && externalIds)) {
    return Rejected.because('input', 'selection.one', 'Give exactly one of ids and externalIds.');
  }
  const by = ids ? 'ids' : 'externalIds';
  if (values.length < 1 || values.length > MAX_ROWS) {
    return Rejected.because(by, 'batch.size', `A call takes 1 to ${MAX_ROWS}.`);
  }
  return { by, values: values.map((value) => (ids ? value.toLowerCase() : value.trim())) } as const;
}
