import fc from 'fast-check';
import { newId, type Actor, type GroupId } from '#kernel';
import { aDatabase, aGroup, anAudience, anOrganisation, sequenceAll, someEvents, type WrittenEvent } from '#testing';

const database = aDatabase();

const org = fc.nat({ max: 3 });
const grp = fc.nat({ max: 2 });
const audience = fc.record({
  organisations: fc.uniqueArray(org, { maxLength: 3 }),
  groups: fc.uniqueArray(grp, { maxLength: 2 }),
});
/** Everything that changes who sees what, in any order. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('publish'), org, audience }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('join'), org, grp }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave'), org, grp }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('narrow'), event: fc.nat(), audience }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('suspend'), org }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reinstate'), org }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw'), event: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('sequence') }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Four organisations and three groups of a run's own, and what was published among them. */
class World {
  readonly events: (WrittenEvent & { by: Actor })[] = [];

  constructor(
    readonly organisations: readonly Actor[],
    readonly groups: readonly GroupId[],
  ) {}

  static async made(): Promise<World> {
    const organisations = [];
    for (let i = 0; i < 4; i++) organisations.push(await anOrganisation(database));
    const groups = [];
    for (let i = 0; i < 3; i++) groups.push(await aGroup(database, organisations.slice(i, i + 2)));
    return new World(organisations, groups);
  }

  at(index: number | undefined): Actor {
    const organisation = this.organisations[index ?? 0];
    if (!organisation) throw new Error('no such organisation');
    return organisation;
  }

  private audience({ organisations, groups }: { organisations: readonly number[]; groups: readonly number[] }) {
    return anAudience(database, {
      organisations: organisations.map((index) => this.at(index)),
      groups: groups.flatMap((index) => this.groups[index] ?? []),
    });
  }

  async take(taken: Step): Promise<void> {
    const event = 'event' in taken ? this.events[taken.event % Math.max(1, this.events.length)] : undefined;
    const organisation = 'org' in taken ? this.at(taken.org).organisationId : undefined;
    const group = 'grp' in taken ? this.groups[taken.grp] : undefined;
    switch (taken.do) {
      case 'publish': {
        if (!('org' in taken) || !('audience' in taken)) return;
        const by = this.at(taken.org);
        const written = await someEvents(database, by, await this.audience(taken.audience), [{}]);
        this.events.push(...written.map((one) => ({ ...one, by })));
        return;
      }
      case 'narrow': {
        if (!event || !('audience' in taken)) return;
        const values = [event.by.organisationId, [event.subjectId], await this.audience(taken.audience)];
        await database.sql('select app_private.move_events($1, $2, $3)', values);
        return;
      }
      case 'withdraw':
        if (!event) return;
        await database.sql('select app_private.close_events($1, $2, false)', [
          event.by.organisationId,
          [event.subjectId],
        ]);
        return;
      case 'join':
        await database.sql('select app.join_group($1, $2)', [group, organisation]);
        return;
      case 'leave':
        await database.sql('select app.leave_group($1, $2)', [group, organisation]);
        return;
      case 'suspend':
        await database.sql('select app.suspend_organisation($1)', [organisation]);
        return;
      case 'reinstate':
        await database.sql('select app.reinstate_organisation($1)', [organisation]);
        return;
      default:
        await sequenceAll(database);
    }
  }
}

/** An endpoint that stands somewhere in the feed, already claimed. */
async function claimedEndpoint(owner: Actor, cursor: string): Promise<{ id: string; claim: string }> {
  const [id, claim] = [newId(), newId()];
  await database.sql(
    `with e as (insert into webhook_endpoint (id, organisation_id, url, secret_sealed) values ($1, $2, 'https://x', '\\x00'))
     select 1`,
    [id, owner.organisationId],
  );
  await database.sql(
    'insert into endpoint_state (endpoint_id, organisation_id, shard, cursor_seq, claim_id) values ($1, $2, 0, $3, $4)',
    [id, owner.organisationId, cursor, claim],
  );
  return { id, claim };
}

interface Row {
  event_id: string;
  body: string;
}

it('gives a worker exactly what the endpoint’s organisation would read under its own policy', async () => {
  const [api, worker] = [await database.db('api'), await database.db('worker')];
  const run = async (steps: readonly Step[], per: number, back: number) => {
    const world = await World.made();
    for (const taken of steps) await world.take(taken);
    await sequenceAll(database);
    const [place] = await database.sql<{ cursor: string }>(
      'select greatest(0, head - $1)::text as cursor from feed_head',
      [back],
    );
    for (const owner of world.organisations) {
      const cursor = place?.cursor ?? '0';
      const expected = await api.as(owner, (tx) =>
        tx.query<Row[]>(
          `select f.event_id, case when b.closed_at is null then b.body else app.tombstone(f.type, f.subject_id) end as body
             from feed f join event_body b using (event_id) left join app.memberships_since(0) m on m.audience_id = f.audience_id
            where f.seq > $1 and f.seq > coalesce(m.since_seq, 0) order by f.seq limit $2`,
          [cursor, per],
        ),
      );
      const { id, claim } = await claimedEndpoint(owner, cursor);
      const got = await worker.asSystem('a test', (tx) =>
        tx.query<Row[]>(
          'select event_id, body from app.next_events($1, $2, $3) where event_id is not null order by seq',
          [claim, [id], per],
        ),
      );
      expect(got).toEqual(expected);
      await database.sql('delete from webhook_endpoint where id = $1', [id]);
    }
  };
  const steps = fc.array(step, { minLength: 5, maxLength: 40, size: 'max' });
  await fc.assert(fc.asyncProperty(steps, fc.integer({ min: 1, max: 40 }), fc.nat({ max: 60 }), run), { numRuns: 50 });
}, 120_000);
