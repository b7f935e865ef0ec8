import { Injectable } from '@nestjs/common';
import { authorise } from '#access';
import { Db } from '#database';
import { Outbox } from '#feed';
import { isPlain, isUuid, Rejected, type Actor } from '#kernel';
import type { WithdrawReportsInput } from './report-input.types.js';
import { ReportsRepository } from './reports.repository.js';

/** What became of one report that was to be taken back. */
export interface WithdrawalOutcome {
  readonly status: 'WITHDRAWN' | 'ERASED' | 'UNCHANGED' | 'NOT_FOUND';
  readonly reportId: string | null;
  readonly externalId: string | null;
}

/** No such batch, or somebody else's: the two are not told apart. */
export const noSuchBatch = Symbol('no such batch');

const MAX_ROWS = 10_000;

interface Selection {
  readonly by: 'id' | 'external_id' | 'batch_id';
  readonly values: readonly string[];
}

/** Takes reports back and tells everybody who had them; row by row. */
@Injectable()
export class WithdrawReports {
  constructor(
    private readonly db: Db,
    private readonly reports: ReportsRepository,
    private readonly outbox: Outbox,
  ) {}

  async run(actor: Actor, input: WithdrawReportsInput): Promise<WithdrawalOutcome[] | Rejected | typeof noSuchBatch> {
    authorise(actor, 'report:withdraw');
    const selection = parseSelection(input);
    if (selection instanceof Rejected) return selection;

    const outcomes = await this.db.as(actor, async (tx) => {
      const { by, values } = selection;
      const own = await this.reports.own(tx, actor.organisationId, by, values.filter(isPlain));
      const ids = own.map(({ id }) => id);
      const done = ids.length > 0 ? await this.reports.withdraw(tx, ids, input.reason, input.erase) : new Set<string>();
      const found = own.map(({ id, externalId }): WithdrawalOutcome => {
        const status = done.has(id) ? (input.erase ? 'ERASED' : 'WITHDRAWN') : 'UNCHANGED';
        return { status, reportId: id, externalId };
      });
      return by === 'batch_id' ? found : inOrder(values, by, found);
    });
    if (selection.by === 'batch_id' && outcomes.length === 0) return noSuchBatch;
    this.outbox.committed();
    return outcomes;
  }
}

function parseSelection({ batchId, externalIds, ids }: WithdrawReportsInput): Selection | Rejected {
  const given = [
    batchId ? { by: 'batch_id' as const, values: [batchId] } : undefined,
    externalIds ? { by: 'external_id' as const, values: externalIds } : undefined,
    ids ? { by: 'id' as const, values: ids } : undefined,
  ].filter((selection) => selection !== undefined);
  const [selection] = given;
  if (!selection || given.length > 1)
    return Rejected.because('input', 'selection.one', 'Give exactly one of batchId, externalIds and ids.');
  const field = { batch_id: 'batchId', external_id: 'externalIds', id: 'ids' }[selection.by];
  if (selection.values.length < 1 || selection.values.length > MAX_ROWS) {
    return Rejected.because(field, 'batch.size', `A call takes 1 to ${MAX_ROWS}.`);
  }
  if (selection.by !== 'external_id' && !selection.values.every(isUuid))
    return Rejected.because(field, 'id.form', 'Not a UUID.');
  return selection;
}

/** One answer for each id asked about, in the order asked. */
function inOrder(
  values: readonly string[],
  by: 'id' | 'external_id',
  found: readonly WithdrawalOutcome[],
): WithdrawalOutcome[] {
  const byValue = new Map(found.map((one) => [by === 'id' ? one.reportId : one.externalId, one]));
  return values.map((value) => {
    const one = byValue.get(by === 'id' ? value.toLowerCase() : value);
    return (
      one ?? {
        status: 'NOT_FOUND',
        reportId: by === 'id' ? value : null,
        externalId: by === 'external_id' ? value : null,
      }
    );
  });
}
