import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Db } from '#database';
import type { Actor, GroupId } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { aReport, aReportDesk, sharedWith } from './report-desk-under-spec.js';

/** Numbers that look random and come out the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('narrowing while the sequencer runs', () => {
  const database = aDatabase();
  let desk: Awaited<ReturnType<typeof aReportDesk>>;
  let worker: Db;
  let bank: Actor;
  let police: Actor;
  let everybody: GroupId;

  beforeAll(async () => {
    // The plans of a full outbox, which visit its rows in another order than they stand there.
    await database.sql(`alter database ${new URL(database.url).pathname.slice(1)} set enable_seqscan = off`);
    desk = await aReportDesk(database);
    worker = await database.db('worker');
    [bank, police] = [await anOrganisation(database), await anOrganisation(database)];
    everybody = await aGroup(database, [bank, police]);
    await worker.asSystem('arranges', (tx) => tx.query('select app.prepare_feed_partitions()'));
  });

  /** One batch whose transaction stays open for a while, so that others meet its locks. */
  const sequence = (batch: number, holdMs: number) =>
    worker.asSystem('gives events their place', async (tx) => {
      await tx.query('select app.sequence_batch($1, 0)', [batch]);
      await sleep(holdMs);
    });
  /** Events, wherever they stand, that an organisation outside the narrow audience could read with their content. */
  const stillWide = () =>
    database.sql(
      `with wide as (select audience_id from audience_member where organisation_id = $1),
            narrowed as (select id from report where organisation_id = $2 and audience_id not in (select audience_id from wide))
       select 'outbox' from outbox where subject_id in (select id from narrowed) and type <> 'report.withdrawn' and audience_id in (select * from wide)
       union all
       select 'feed' from feed where subject_id in (select id from narrowed) and type <> 'report.withdrawn' and audience_id in (select * from wide)
       union all
       select 'body' from event_body b join feed f using (event_id)
        where f.subject_id in (select id from narrowed) and f.type <> 'report.withdrawn' and b.audience_id in (select * from wide)`,
      [police.organisationId, bank.organisationId],
    );

  it('leaves no event with the wider audience, fails nobody and tells the loser once for each report', async () => {
    const random = seeded(11);
    const reports = 24;
    const narrowings = 15;
    const sequencing = { on: true };
    const sequencer = (async () => {
      while (sequencing.on) {
        await sequence(1 + Math.floor(random() * 30), random() * 4);
        await sleep(random() * 2);
      }
    })();
    const names = Array.from({ length: reports }, (_, index) => `race-${index}.com`);
    const publish = (wide: boolean, order: readonly string[]) =>
      desk.publish(
        bank,
        ...order.map((name) => aReport(name, { externalId: name, ...(wide && { audience: sharedWith(everybody) }) })),
      );
    for (let round = 0; round < narrowings; round++) {
      await publish(true, names);
      if (random() < 0.5) await sleep(random() * 6);
      // The same reports in several calls and orders: hundreds of meetings between a report and a batch in all.
      const [a, b] = [names.filter((_, index) => index % 2 === 0), names.filter((_, index) => index % 2 === 1)];
      await Promise.all([publish(false, a.toReversed()), publish(false, b)]);
      expect(await stillWide()).toEqual([]);
    }
    sequencing.on = false;
    await sequencer;
    const seen = await desk.feed(police);
    expect(seen.filter(({ payload }) => payload.includes('race-'))).toEqual([]);
    expect(seen.filter(({ type }) => type === 'report.withdrawn')).toHaveLength(reports * narrowings);
    expect(await stillWide()).toEqual([]);
  });

  it('never waits in a circle: both lock the waiting events in one order', async () => {
    const waiting = async (count: number) => {
      const ask = `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      while ((await database.sql<{ n: number }>(ask))[0]?.n !== count) await sleep(5);
    };
    for (let round = 0; round < 4; round++) {
      const names = Array.from({ length: 12 }, (_, index) => `circle-${round}-${index}.com`);
      const publish = (wide: boolean) =>
        desk.publish(
          bank,
          ...names.map((name) => aReport(name, { externalId: name, ...(wide && { audience: sharedWith(everybody) }) })),
        );
      await publish(true);
      const holder = new pg.Client(database.url);
      await holder.connect();
      try {
        await holder.query('begin');
        await holder.query(`select 1 from outbox order by id offset ${4 + round} limit 1 for update`);
        const batch = sequence(100, 0);
        await waiting(1);
        const narrowing = publish(false);
        await waiting(2);
        await holder.query('commit');
        await Promise.all([batch, narrowing]);
      } finally {
        await holder.end();
      }
      await sequence(100, 0);
    }
    expect(await stillWide()).toEqual([]);
  });
});
