import { randomBytes } from 'node:crypto';
import type { Db, Tx } from '#database';
import type { Actor } from '#kernel';
import { aDatabase, aGroup, anAudience, anOrganisation } from '#testing';
import { CursorSeal } from './cursor-seal.js';
import { ReadChanges, type ChangesRequest } from './read-changes.js';

/** The statement itself, as the API sends it, under the policies that the API meets. */
describe('reading changes among tens of thousands of events', () => {
  const database = aDatabase();
  let db: Db;
  let wide: Actor;
  let narrow: Actor;

  beforeAll(async () => {
    db = await database.db('api');
    [wide, narrow] = [await anOrganisation(database), await anOrganisation(database)];
    const audiences: number[] = [];
    for (let index = 0; index < 12; index++) {
      audiences.push(await anAudience(database, { groups: [await aGroup(database, [wide])] }));
    }
    const rare = await anAudience(database, { organisations: [wide, narrow] });
    await database.sql('select app.prepare_feed_partitions()');
    await database.sql(
      `insert into feed (seq, event_id, publisher_id, audience_id, type, order_key, subject_id, leaf, sequenced_at, indicator_type)
       select n, gen_random_uuid(), $1, case when n % 2000 = 0 then $2 else ($3::int[])[1 + n % 12] end, 'report.published',
              gen_random_uuid(), gen_random_uuid(), '', now(), 'URL'
         from generate_series(1, 40000) n`,
      [wide.organisationId, rare, audiences],
    );
    await database.sql(
      `insert into event_body (event_id, publisher_id, audience_id, nonce, body)
       select event_id, publisher_id, audience_id, gen_random_bytes(32), '{}' from feed`,
    );
    await database.sql('update feed_head set head = 40000');
    await database.sql('analyze');
  }, 60_000);

  /** Runs a reading with EXPLAIN before its statement. */
  const planOf = async (viewer: Actor, seal: CursorSeal, request: ChangesRequest) => {
    let plan = '';
    const explain = async (tx: Tx, text: string, values: unknown[]) => {
      const rows = await tx.query<Record<string, string>[]>(
        `explain (analyze, buffers, costs off, timing off) ${text}`,
        values,
      );
      plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      return tx.query<unknown[]>(text, values);
    };
    const listening = {
      as: (actor: Actor, work: (tx: Tx) => Promise<unknown>) =>
        db.as(actor, (tx) =>
          work({ query: (text: string, values: unknown[]) => explain(tx, text, values) } as unknown as Tx),
        ),
    } as unknown as Db;
    await new ReadChanges(listening, seal).run(viewer, request);
    return plan;
  };

  const nearTheEnd = async (viewer: Actor, seal: CursorSeal) => {
    const [place] = await database.sql<{ epoch: number }>('select epoch from feed_head');
    return seal.sealPosition(viewer, { epoch: place?.epoch ?? 0, after: 39_900n, joined: 2n ** 40n });
  };
  const seal = new CursorSeal(randomBytes(32));

  it.each<[string, Omit<ChangesRequest, 'after'>, boolean, number]>([
    ['the first page', { first: 100 }, false, 3_000],
    ['the last page', { first: 100 }, true, 2_000],
    [
      'a filtered page, which may look through 5,000',
      { first: 100, filter: { indicatorTypes: ['URL'] } },
      false,
      50_000,
    ],
    ['the last filtered page', { first: 100, filter: { indicatorTypes: ['URL'] } }, true, 2_000],
  ])('touches little of the feed for %s, however much stands there', async (_, request, late, buffers) => {
    for (const viewer of [wide, narrow]) {
      const plan = await planOf(viewer, seal, { ...request, after: late ? await nearTheEnd(viewer, seal) : null });
      // Reading all that a wide viewer sees, or walking the feed for a narrow one, touches tens of thousands.
      expect(Number(/Buffers: shared hit=(\d+)/.exec(plan)?.[1])).toBeLessThan(buffers);
      expect(plan).not.toMatch(/Seq Scan on (feed|event_body)\S* \w+ \(actual/);
      const bodies = /on event_body b \(actual rows=([\d.]+) loops=(\d+)\)/.exec(plan);
      expect(Number(bodies?.[1]) * Number(bodies?.[2])).toBeLessThanOrEqual(101);
    }
  });
});
