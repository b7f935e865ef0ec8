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
  { weight: 5, arbitrary: fc.record({ do: fc.constant('publish'), org, audience, phone: fc.boolean() }) },
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
        const written = await someEvents(database, by, await this.audience(taken.audience), [
          { indicatorType: 'phone' in taken && taken.phone ? 'PHONE' : 'URL' },
        ]);
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
async function claimedEndpoint(owner: Actor, cursor: string, types: readonly string[] | null) {
  const [id, claim] = [newId(), newId()];
  await database.sql(
    `insert into webhook_endpoint (id, organisation_id, url, indicator_types, secret_sealed) values ($1, $2, 'https://x', $3, '\\x00')`,
    [id, owner.organisationId, types],
  );
  await database.sql(
    'insert into endpoint_state (endpoint_id, organisation_id, shard, cursor_seq, claim_id) values ($1, $2, 0, $3, $4)',
    [id, owner.organisationId, cursor, claim],
  );
  return { id, claim };
}

interface Row {
  event_id: string | null;
  body: string;
  upto: string;
  more: boolean;
}

it('gives a worker exactly what the endpoint’s organisation would read under its own policy', async () => {
  const [api, worker] = [await database.db('api'), await database.db('worker')];

  const underThePolicy = (owner: Actor, cursor: string, types: readonly string[] | null) =>
    api.as(owner, (tx) =>
      tx.query<{ event_id: string; body: string }[]>(
        `select f.event_id, case when b.closed_at is null then b.body else app.tombstone(f.type, f.subject_id) end as body
           from feed f join event_body b using (event_id) left join app.memberships_since(0) m on m.audience_id = f.audience_id
          where f.seq > $1 and f.seq > coalesce(m.since_seq, 0)
            and (f.type like 'access.%' or $2::text[] is null or f.indicator_type = any ($2))
          order by f.seq`,
        [cursor, types],
      ),
    );
  /** Reads on until there is nothing more, moving the cursor as far as it may go each time. */
  const asDelivered = async (owner: Actor, cursor: string, types: readonly string[] | null, per: number) => {
    const { id, claim } = await claimedEndpoint(owner, cursor, types);
    const got: { event_id: string; body: string }[] = [];
    for (let more = true; more;) {
      const rows = await worker.asSystem('a test', (tx) =>
        tx.query<Row[]>('select * from app.next_events($1, $2, $3) order by seq', [claim, [id], per]),
      );
      for (const { event_id, body } of rows) if (event_id !== null) got.push({ event_id, body });
      expect(rows.length).toBeLessThanOrEqual(per);
      await database.sql('update endpoint_state set cursor_seq = coalesce($2, cursor_seq) where endpoint_id = $1', [
        id,
        rows[0]?.upto,
      ]);
      more = rows[0]?.more ?? false;
    }
    await database.sql('delete from webhook_endpoint where id = $1', [id]);
    return got;
  };

  const run = async (steps: readonly Step[], per: number, back: number, filtered: boolean) => {
    const world = await World.made();
    for (const taken of steps) await world.take(taken);
    await sequenceAll(database);
    const [place] = await database.sql<{ cursor: string }>(
      'select greatest(0, head - $1)::text as cursor from feed_head',
      [back],
    );
    const [cursor, types] = [place?.cursor ?? '0', filtered ? ['PHONE'] : null];
    for (const owner of world.organisations) {
      expect(await asDelivered(owner, cursor, types, per)).toEqual(await underThePolicy(owner, cursor, types));
    }
  };
  const steps = fc.array(step, { minLength: 5, maxLength: 40, size: 'max' });
  const anywhere = fc.nat({ max: 100 });
  await fc.assert(fc.asyncProperty(steps, fc.integer({ min: 1, max: 40 }), anywhere, fc.boolean(), run), {
    numRuns: 50,
  });
}, 120_000);
