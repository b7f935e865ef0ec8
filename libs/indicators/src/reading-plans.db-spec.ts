import type { Db, Tx } from '#database';
import type { Actor } from '#kernel';
import { aDatabase, aGroup, anAudience, anOrganisation } from '#testing';
import { IndicatorsRepository, type ReportFilter } from './indicators.repository.js';

const everything: ReportFilter = {
  indicatorTypes: null,
  scamTypes: null,
  roles: null,
  organisations: null,
  brands: null,
  minConfidence: null,
  valuePrefix: null,
};

/** The statements themselves, as the API sends them, under the policies that the API meets. */
describe('reading among tens of thousands of reports', () => {
  const database = aDatabase();
  const repository = new IndicatorsRepository();
  let db: Db;
  let wide: Actor;
  let narrow: Actor;
  let indicatorIds: string[];

  beforeAll(async () => {
    db = await database.db('api');
    [wide, narrow] = [await anOrganisation(database), await anOrganisation(database)];
    const audiences: number[] = [];
    for (let index = 0; index < 12; index++) {
      audiences.push(await anAudience(database, { groups: [await aGroup(database, [wide])] }));
    }
    const rare = await anAudience(database, { organisations: [wide, narrow] });
    await database.sql(
      `insert into report (id, organisation_id, audience_id, dedupe_key, batch_id, content_hash, indicator_id, indicator_type, value,
         raw_text, role, scam_type, confidence, tlp, source)
       select uuidv7(), $1, case when n % 2000 = 0 then $2 else ($3::int[])[1 + n % 12] end, 'i:' || n, gen_random_uuid(), '\\x00',
              md5((n / 3)::text)::uuid, 'DOMAIN', 'host-' || n / 3 || '.com', 'x', 'UNKNOWN', 'OTHER', n % 100, 'GREEN', 'TELEMETRY'
         from generate_series(1, 40000) n`,
      [wide.organisationId, rare, audiences],
    );
    await database.sql('analyze report');
    const rows = await database.sql<{ id: string }>('select distinct indicator_id as id from report limit 500');
    indicatorIds = rows.map(({ id }) => id);
  }, 60_000);

  type Reading = (tx: Tx) => Promise<unknown>;
  /** Runs the reading under the viewer's policies; answers with the plans and how many rows of `report` were fetched and thrown away. */
  const plansOf = (viewer: Actor, reading: Reading) =>
    db.as(viewer, async (tx) => {
      const asked: [string, unknown[]][] = [];
      const listening = {
        query: (text: string, values: unknown[]) => (asked.push([text, values]), Promise.resolve([])),
      };
      await reading(listening as unknown as Tx);
      const plans: string[] = [];
      for (const [text, values] of asked) {
        const rows = await tx.query<Record<string, string>[]>(
          `explain (analyze, costs off, timing off) ${text}`,
          values,
        );
        plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      }
      return plans.join('\n');
    });

  it.each<[string, string, Reading]>([
    ['the newest reports', 'report_newest', (tx) => repository.newestReports(tx, 51, undefined, everything)],
    ['the newest indicators', 'report_newest', (tx) => repository.newestIndicators(tx, 51, undefined, everything)],
    ['reports about 500 indicators', 'report_indicator', (tx) => repository.reportsAbout(tx, indicatorIds)],
    ['counts about 500 indicators', 'report_indicator', (tx) => repository.summaries(tx, indicatorIds)],
  ])('finds %s through an index, for whoever sees much and whoever sees little', async (_, index, reading) => {
    for (const viewer of [wide, narrow]) {
      const plan = await plansOf(viewer, reading);
      expect(plan).toContain(index);
      expect(plan).not.toMatch(/Seq Scan on report\b/);
      // What a policy throws away after fetching it costs the viewer; thousands would mean that the index is not used for it.
      const thrownAway = [...plan.matchAll(/Rows Removed by (?:Filter|Join Filter): (\d+)/g)].map(([, n]) => Number(n));
      expect(Math.max(0, ...thrownAway)).toBeLessThan(2_000);
    }
  });
});
