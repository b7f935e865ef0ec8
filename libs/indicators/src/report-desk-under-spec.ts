import { Audiences } from '#access';
import { CursorSeal, Outbox, ReadChanges, unreadableCursor, type EventFilterInput } from '#feed';
import { conflict } from '#database';
import { Rejected, type Actor, type GroupId } from '#kernel';
import type { TestDatabase } from '#testing';
import { IndicatorsRepository } from './indicators.repository.js';
import { ListIndicators } from './list-indicators.js';
import { LookUpIndicators } from './look-up-indicators.js';
import { PublishReports } from './publish-reports.js';
import type { Publication, ReportOutcome } from './report-outcome.js';
import type { ReportInput } from './report-input.types.js';
import { ReportsRepository } from './reports.repository.js';
import { WithdrawReports } from './withdraw-reports.js';

/** A report as the schema would hand it over; for tests only. */
export const aReport = (text: string, part: Partial<ReportInput> = {}): ReportInput => ({
  indicator: { text },
  role: 'UNKNOWN',
  scamType: 'TECH_SUPPORT',
  confidence: 50,
  tlp: 'AMBER',
  audience: { organisations: [], groups: [], everyone: false },
  impersonates: { organisations: [], brands: [] },
  source: 'TELEMETRY',
  victimCountries: [],
  ...part,
});

export const sharedWith = (...groups: GroupId[]) => ({ organisations: [], groups, everyone: false });

/** The use cases of this lib on a test database, as the API builds them. */
export async function aReportDesk(database: TestDatabase) {
  const db = await database.db('api');
  const seal = new CursorSeal(database.secret.key('cursor'));
  const outbox = new Outbox(db);
  const repository = new ReportsRepository();
  const lookUp = new LookUpIndicators(db, new IndicatorsRepository(), database.secret);
  const publishing = new PublishReports(db, new Audiences(), repository, outbox, database.secret);
  const changes = new ReadChanges(db, seal);
  return {
    db,
    publishing,
    lookUp,
    lists: new ListIndicators(db, new IndicatorsRepository(), lookUp, seal),
    withdrawing: new WithdrawReports(db, repository, outbox),
    /** Publishes and expects the call as a whole to be accepted. */
    publish: async (
      actor: Actor,
      ...reports: ReportInput[]
    ): Promise<Publication & { readonly first: ReportOutcome }> => {
      const publication = await publishing.run(actor, { reports, validateOnly: false });
      if (publication === conflict || publication instanceof Rejected) throw new Error('the whole call was refused');
      const [first] = publication.rows;
      if (!first) throw new Error('no row was answered');
      return { ...publication, first };
    },
    /** Sequences what is waiting and reads all that the actor may see and wants. */
    feed: async (actor: Actor, filter?: EventFilterInput) => {
      await database.sql('select app.prepare_feed_partitions()');
      await database.sql('select * from app.sequence_batch(100000, 0)');
      const page = await changes.run(actor, { first: 1_000, filter });
      if (page === unreadableCursor) throw new Error('the cursor was refused');
      return page.events.map(({ id, type, subjectId, payload }) => ({ id, type, subjectId, payload }));
    },
  };
}
