import { Injectable } from '@nestjs/common';
import { Audiences, authorise } from '#access';
import { Secret } from '#config';
import { conflict, Db, once, type Tx } from '#database';
import { Outbox } from '#feed';
import { newId, Rejected, type Actor } from '#kernel';
import { parseReport, type Report } from './report.js';
import { reportEvent, type WrittenReport } from './report-events.js';
import type { PublishReportsInput } from './report-input.types.js';
import {
  accepted,
  rejected,
  repeated,
  unknownAudience,
  unknownImpersonated,
  withoutIds,
  type Publication,
  type ReportOutcome,
} from './report-outcome.js';
import { ReportsRepository, type StandingReport } from './reports.repository.js';

/** A checked row with its place in the call and its audience. */
interface Row {
  readonly index: number;
  readonly report: Report;
  readonly audienceId: number;
}

const MAX_ROWS = 10_000;
const MAX_KEY = 200;

/** Carries the answer of a validateOnly call out of the transaction it rolls back. */
class OnlyValidated extends Error {
  constructor(readonly publication: Publication) {
    super('validated, nothing written');
  }
}

/** Publishes reports row by row: one bad row never spoils the others. */
@Injectable()
export class PublishReports {
  private readonly idKey: Buffer;

  constructor(
    private readonly db: Db,
    private readonly audiences: Audiences,
    private readonly reports: ReportsRepository,
    private readonly outbox: Outbox,
    secret: Secret,
  ) {
    this.idKey = secret.key('indicator-id');
  }

  async run(actor: Actor, input: PublishReportsInput): Promise<Publication | Rejected | typeof conflict> {
    authorise(actor, 'report:publish');
    const { reports, idempotencyKey, validateOnly } = input;
    if (reports.length < 1 || reports.length > MAX_ROWS) {
      return Rejected.because('reports', 'batch.size', `A call takes 1 to ${MAX_ROWS} reports.`);
    }
    if (idempotencyKey === '' || (idempotencyKey?.length ?? 0) > MAX_KEY) {
      return Rejected.because('idempotencyKey', 'text.length', `Must have 1 to ${MAX_KEY} characters.`);
    }
    const now = Date.now();
    const parsed = reports.map((report) => parseReport(report, this.idKey, now));

    try {
      const published = await this.db.as(actor, async (tx) => {
        const call = {
          actor,
          operation: 'publishReports',
          key: validateOnly ? null : idempotencyKey,
          content: reports,
        };
        const publication = await once(tx, call, () => this.publish(tx, actor, parsed));
        if (validateOnly && publication !== conflict) throw new OnlyValidated(publication);
        return publication;
      });
      this.outbox.committed();
      return published;
    } catch (error) {
      if (error instanceof OnlyValidated) return withoutIds(error.publication);
      throw error;
    }
  }

  private async publish(tx: Tx, actor: Actor, parsed: readonly (Report | Rejected)[]): Promise<Publication> {
    const outcomes: ReportOutcome[] = [];
    const settle = (outcome: ReportOutcome) => (outcomes[outcome.index] = outcome);

    const { rows, refused } = await this.admit(tx, parsed);
    refused.forEach(settle);
    const batchId = newId();
    const publisher = rows.length > 0 ? await this.reports.publisher(tx, actor.organisationId) : undefined;

    // A row that somebody publishes under the same key at the same moment is not inserted; the next turn finds it.
    let open = rows;
    while (publisher && open.length > 0) {
      const standing = await this.reports.lock(
        tx,
        actor.organisationId,
        open.map(({ report }) => report.dedupeKey),
      );
      const [same, changed] = partition(open, ({ report, audienceId }) =>
        isSame(standing.get(report.dedupeKey), report, audienceId),
      );
      same.forEach((row) => settle(accepted(row, 'UNCHANGED', standing.get(row.report.dedupeKey))));

      const written = await this.write(tx, actor, batchId, changed, standing);
      const told = [...written.values()].filter(({ saysNew }) => saysNew);
      await this.outbox.append(
        tx,
        actor.organisationId,
        told.map((one) => reportEvent(one, publisher)),
      );
      const [done, missed] = partition(changed, (row) => written.has(row.report.dedupeKey));
      for (const row of done) {
        const one = written.get(row.report.dedupeKey);
        settle(accepted(row, one?.index === row.index ? 'ACCEPTED' : 'UNCHANGED', one));
      }
      open = missed;
    }
    return { batchId: outcomes.some(({ status }) => status === 'ACCEPTED') ? batchId : null, rows: outcomes };
  }

  /** Rows that may be written; the others with the reason why not. */
  private async admit(
    tx: Tx,
    parsed: readonly (Report | Rejected)[],
  ): Promise<{ rows: Row[]; refused: ReportOutcome[] }> {
    const rows: Row[] = [];
    const refused: ReportOutcome[] = [];
    const audienceIds = new Map<string, number | undefined>();
    const first = new Map<string, Row>();
    const known = await this.reports.knownOrganisations(
      tx,
      parsed.flatMap((one) => (one instanceof Rejected ? [] : one.impersonated)),
    );

    for (const [index, report] of parsed.entries()) {
      if (report instanceof Rejected) {
        refused.push(rejected(index, report));
        continue;
      }
      if (!report.impersonated.every((id) => known.has(id))) {
        refused.push(rejected(index, unknownImpersonated, report));
        continue;
      }
      // Only for rows that may be written: whoever shares with an audience becomes known to it.
      if (!audienceIds.has(report.audienceKey)) {
        audienceIds.set(report.audienceKey, await this.audiences.resolve(tx, report.audience));
      }
      const audienceId = audienceIds.get(report.audienceKey);
      const earlier = first.get(report.dedupeKey);
      if (audienceId === undefined) {
        refused.push(rejected(index, unknownAudience, report));
      } else if (
        earlier &&
        !(earlier.audienceId === audienceId && earlier.report.contentHash.equals(report.contentHash))
      ) {
        refused.push(rejected(index, repeated, report));
      } else {
        // A literal repetition becomes one write and two answers.
        if (!earlier) first.set(report.dedupeKey, { index, report, audienceId });
        rows.push({ index, report, audienceId });
      }
    }
    return { rows, refused };
  }

  /** What was written, by key. A key that another transaction inserted meanwhile is missing. */
  private async write(
    tx: Tx,
    actor: Actor,
    batchId: string,
    rows: readonly Row[],
    standing: ReadonlyMap<string, StandingReport>,
  ): Promise<Map<string, Row & WrittenReport & { readonly saysNew: boolean }>> {
    // Backwards, so that of a literal repetition the first row is the one that counts as written.
    const each = [...new Map(rows.toReversed().map((row) => [row.report.dedupeKey, row])).values()].reverse();
    const [old, fresh] = partition(each, ({ report }) => standing.has(report.dedupeKey));

    const updates = old.flatMap((row) => {
      const was = standing.get(row.report.dedupeKey);
      if (!was) return [];
      const revived = was.status !== 'ACTIVE';
      // A mere change of audience was announced to those who gain or lose; to the others there is nothing new to say.
      const saysNew = revived || !was.contentHash.equals(row.report.contentHash);
      return [{ ...row, was, id: was.id, version: was.version + (saysNew ? 1 : 0), isNew: revived, saysNew }];
    });
    const [telling, silent] = partition(updates, ({ saysNew }) => saysNew);
    await this.reports.readdress(tx, updates);
    await this.reports.update(tx, batchId, telling);
    await this.reports.takeIntoBatch(tx, batchId, silent);
    const inserts = fresh.map((row) => ({ ...row, id: newId(), version: 1, isNew: true, saysNew: true }));
    const inserted = await this.reports.insert(tx, actor.organisationId, batchId, inserts);

    return new Map(
      [...updates, ...inserts.filter(({ id }) => inserted.has(id))].map((row) => [row.report.dedupeKey, row]),
    );
  }
}

const isSame = (was: StandingReport | undefined, report: Report, audienceId: number): boolean =>
  was?.status === 'ACTIVE' && was.audienceId === audienceId && was.contentHash.equals(report.contentHash);

function partition<T>(all: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  const [yes, no]: [T[], T[]] = [[], []];
  for (const one of all) (test(one) ? yes : no).push(one);
  return [yes, no];
}
