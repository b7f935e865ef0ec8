import fc from 'fast-check';
import type { Db } from '#database';
import { newId, type Actor, type GroupId } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { Audiences } from './audience.js';

const ORGANISATIONS = 4;
const GROUPS = 2;

const who = fc.nat({ max: ORGANISATIONS - 1 });
const which = fc.nat({ max: GROUPS - 1 });
const audience = fc.record({
  organisations: fc.uniqueArray(who, { maxLength: 2 }),
  groups: fc.uniqueArray(which, { maxLength: GROUPS }),
});
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), who, audience, sequenced: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('readdress' as const),
      who,
      audience,
      report: fc.nat(),
      sequenced: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), who, which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), who, which }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const never = (): never => {
  throw new Error('no such organisation');
};

/** What a report's audience is, in the words of the rule: grants, and the publisher always. */
interface Shared {
  readonly id: string;
  readonly publisher: number;
  organisations: readonly number[];
  groups: readonly number[];
}

/** Who belongs to which group; the whole rule of who may see is {@link Model.sees}. */
class Model {
  readonly members = Array.from({ length: GROUPS }, () => new Set<number>());
  readonly reports: Shared[] = [];

  sees(viewer: number, { publisher, organisations, groups }: Shared): boolean {
    return (
      viewer === publisher || organisations.includes(viewer) || groups.some((group) => this.members[group]?.has(viewer))
    );
  }
  /** A publisher names only those it shares a group with, and its own groups. */
  mayName(publisher: number, wanted: { organisations: readonly number[]; groups: readonly number[] }): boolean {
    const own = this.members.filter((members) => members.has(publisher));
    const known = (one: number) =>
      one === publisher || own.some((members) => members.has(one)) || this.hasShownItself(one, publisher);
    return wanted.organisations.every(known) && wanted.groups.every((group) => this.members[group]?.has(publisher));
  }
  private readonly shown: { by: number; audience: Shared }[] = [];
  /** Whoever ever shared with an audience is known to whoever is in it now. */
  hasShownItself(one: number, to: number): boolean {
    return this.shown.some(({ by, audience: shared }) => by === one && this.sees(to, shared));
  }
  show(shared: Shared): void {
    this.shown.push({ by: shared.publisher, audience: { ...shared } });
  }
}

describe('who sees what', () => {
  const database = aDatabase();
  const audiences = new Audiences();
  let db: Db;
  beforeAll(async () => {
    db = await database.db('api');
    await database.sql('select app.prepare_feed_partitions()');
  });

  const write = async (publisher: Actor, audienceId: number, id: string) => {
    const values = [id, publisher.organisationId, audienceId, `i:${id}`];
    await database.sql(
      `insert into report (id, organisation_id, audience_id, dedupe_key, batch_id, content_hash, indicator_id, indicator_type, value, raw_text,
         role, scam_type, confidence, tlp, source)
       values ($1, $2, $3, $4, $1, '\\x00', $1, 'DOMAIN', 'evil.com', 'evil.com', 'UNKNOWN', 'OTHER', 50, 'GREEN', 'TELEMETRY')`,
      values,
    );
    await database.sql(
      `with b as (insert into event_body (event_id, publisher_id, audience_id, nonce, body) values ($1, $2, $3, gen_random_bytes(32), '{"data":{}}'))
       insert into outbox (event_id, publisher_id, audience_id, type, order_key, subject_id, body_hash)
       values ($1, $2, $3, 'report.published', $1, $1, sha256(''))`,
      values.slice(0, 3),
    );
  };

  async function play(steps: readonly Step[]): Promise<void> {
    const actors = await Promise.all(
      Array.from({ length: ORGANISATIONS }, () => anOrganisation(database, { name: newId() })),
    );
    const groups: GroupId[] = [];
    for (let index = 0; index < GROUPS; index++) groups.push(await aGroup(database, [], newId()));
    const actor = (index: number): Actor => actors[index] ?? never();
    const model = new Model();

    const resolve = (publisher: number, wanted: { organisations: readonly number[]; groups: readonly number[] }) =>
      db.as(actor(publisher), (tx) =>
        audiences.resolve(tx, {
          organisations: wanted.organisations.map((index) => actor(index).organisationId),
          groups: wanted.groups.map((index) => groups[index] ?? ''),
          everyone: false,
        }),
      );

    for (const one of steps) {
      if (one.do === 'join' || one.do === 'leave') {
        await database.sql(`select app.${one.do}_group($1, $2)`, [groups[one.which], actor(one.who).organisationId]);
        model.members[one.which]?.[one.do === 'join' ? 'add' : 'delete'](one.who);
        continue;
      }
      const wanted = one.audience;
      const audienceId = await resolve(one.who, wanted);
      expect(audienceId !== undefined).toBe(model.mayName(one.who, wanted));
      if (audienceId === undefined) continue;
      if (one.do === 'publish') {
        const shared = { id: newId(), publisher: one.who, ...wanted };
        await write(actor(one.who), audienceId, shared.id);
        model.reports.push(shared);
        model.show(shared);
      } else {
        const own = model.reports.filter(({ publisher }) => publisher === one.who);
        const report = own[one.report % Math.max(own.length, 1)];
        model.show({ id: '', publisher: one.who, ...wanted });
        if (!report) continue;
        Object.assign(report, wanted);
        await db.as(actor(one.who), (tx) =>
          tx.query('select app.readdress_reports(array[$1]::uuid[], $2, false)', [report.id, audienceId]),
        );
      }
      if (one.sequenced) await database.sql('select * from app.sequence_batch(1000, 0)'); // some early, some late
    }
    await database.sql('select * from app.sequence_batch(100000, 0)');

    for (const [viewer, viewing] of actors.entries()) {
      const expected = model.reports
        .filter((report) => model.sees(viewer, report))
        .map(({ id }) => id)
        .sort();
      const seen = await db.as(viewing, async (tx) => ({
        reports: await tx.query<{ id: string }[]>('select id from report'),
        feed: await tx.query<{ id: string }[]>(
          `select distinct subject_id as id from feed where type in ('report.published', 'report.shared')`,
        ),
        bodies: await tx.query<{ id: string }[]>(
          `select distinct f.subject_id as id from feed f join event_body b using (event_id) where f.type in ('report.published', 'report.shared')`,
        ),
      }));
      for (const rows of Object.values(seen)) expect(rows.map(({ id }) => id).sort()).toEqual(expected);
    }
  }

  it('is what grants and memberships say now, in reports, feed and bodies, after any history', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), play), { numRuns: 25 });
  });
});
