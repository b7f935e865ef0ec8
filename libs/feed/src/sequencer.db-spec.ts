import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Db } from '#database';
import { newId, type Actor } from '#kernel';
import { aDatabase, anAudience, anOrganisation, sequenceAll, someEvents } from '#testing';
import { CursorSeal } from './cursor-seal.js';
import { Outbox } from './outbox.js';
import { ReadChanges, unreadableCursor, type ChangesPage, type ChangesRequest } from './read-changes.js';
import { Sequencer } from './sequencer.js';

const sha256 = (...parts: (Buffer | string)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** Numbers that look random and come out the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the feed while 16 writers commit and two sequencers run', () => {
  const database = aDatabase();
  const WRITERS = 16;
  const TURNS = 30;
  const committed = new Map<string, number[]>();
  let read: { id: string; subject: string; n: number }[];
  let reader: Actor;
  let changes: ReadChanges;

  const page = async (request: ChangesRequest): Promise<ChangesPage> => {
    const answer = await changes.run(reader, request);
    if (answer === unreadableCursor) throw new Error('the cursor is good');
    return answer;
  };
  const noted = ({ events }: ChangesPage) =>
    events.map(({ id, subjectId, payload }) => {
      const { data } = JSON.parse(payload) as { data: { n: number } };
      return { id, subject: subjectId, n: data.n };
    });

  beforeAll(async () => {
    const doors = await Promise.all([database.db('api'), database.db('api')]);
    const readersDoor = await database.db('api');
    const worker = await database.db('worker');
    const [bank, police] = [await anOrganisation(database), await anOrganisation(database)];
    reader = police;
    changes = new ReadChanges(readersDoor, new CursorSeal(database.secret.key('cursor')));
    const audience = await anAudience(database, { organisations: [bank, police] });
    const sharedSubjects = [newId(), newId(), newId()];
    const counters = new Map<string, number>();
    const random = seeded(7);

    const failures: unknown[] = [];
    const sequencers = [1, 2].map(
      () =>
        new Sequencer(worker, database.urlOf('worker'), {
          sequenced: () => undefined,
          failed: (error) => failures.push(error),
        }),
    );
    await Promise.all(sequencers.map((sequencer) => sequencer.start()));

    const write = async (door: Db, subject: string, holdMs: number, fails: boolean) => {
      const outbox = new Outbox(door);
      let written = 0;
      await door
        .as(bank, async (tx) => {
          // Stands for the lock of the subject's row.
          await tx.query('select pg_advisory_xact_lock(hashtext($1))', [subject]);
          written = (counters.get(subject) ?? 0) + 1;
          counters.set(subject, written);
          const draft = {
            type: 'report.published',
            audienceId: audience,
            orderKey: subject,
            subjectId: subject,
          } as const;
          await outbox.append(tx, bank.organisationId, [{ ...draft, data: { n: written } }]);
          await sleep(holdMs);
          if (fails) throw new Error('rolled back');
          committed.set(subject, [...(committed.get(subject) ?? []), written]);
        })
        .catch((error: unknown) => {
          if (!fails) throw error;
        });
      outbox.committed();
    };
    const writing = { on: true };
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      const own = newId();
      for (let turn = 0; turn < TURNS; turn++) {
        const door = doors[writer % 2] ?? readersDoor;
        const subject = random() < 0.3 ? (sharedSubjects[turn % 3] ?? own) : own;
        const hold = random() < 0.1 ? 60 : random() * 4;
        await write(door, subject, hold, random() < 0.15);
      }
    });
    const reading = (async () => {
      const seen: typeof read = [];
      let after: string | null = null;
      let more = true;
      const total = () => [...committed.values()].flat().length;
      const deadline = Date.now() + 20_000; // an event that never comes must fail the tests, not hang them
      while ((more || writing.on || seen.length < total()) && Date.now() < deadline) {
        const next: ChangesPage = await page({ after, first: 7 });
        seen.push(...noted(next));
        ({ cursor: after, hasMore: more } = next);
      }
      return seen;
    })();
    await Promise.all(writers);
    writing.on = false;
    read = await reading;
    await Promise.all(sequencers.map((sequencer) => sequencer.stop()));
    expect(failures).toEqual([]);
  });

  it('gives a reader who pages meanwhile every committed event once, and none that was rolled back', () => {
    const expected = [...committed].flatMap(([subject, all]) => all.map((n) => `${subject} ${n}`));
    expect(expected.length).toBeGreaterThan(WRITERS * TURNS * 0.7);
    expect(read.map(({ subject, n }) => `${subject} ${n}`).sort()).toEqual(expected.sort());
    expect(new Set(read.map(({ id }) => id)).size).toBe(read.length);
  });

  it('keeps the order in which the events of one subject were committed', () => {
    for (const [subject, order] of committed) {
      expect(read.filter((event) => event.subject === subject).map(({ n }) => n)).toEqual(order);
    }
  });

  it('tells the same story in the same order to whoever reads it later', async () => {
    const again: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const next: ChangesPage = await page({ after, first: 100 });
      again.push(...next.events.map(({ id }) => id));
      ({ cursor: after, hasMore: more } = next);
    }
    expect(again).toEqual(read.map(({ id }) => id));
  });

  it('numbers the events 1 to n without a gap, at strictly rising times, and leaves the outbox empty', async () => {
    const rows = await database.sql<{ seq: string; us: string }>(
      `select seq, (extract(epoch from sequenced_at) * 1000000)::bigint as us from feed order by seq`,
    );
    expect(rows.map(({ seq }) => Number(seq))).toEqual(read.map((_, index) => index + 1));
    expect(rows.every(({ us }, index) => index === 0 || BigInt(us) > BigInt(rows[index - 1]?.us ?? 0))).toBe(true);
    expect(await database.sql('select * from outbox')).toEqual([]);
    expect(await database.sql('select head::int as head, head_at = (select max(sequenced_at) from feed) as kept from feed_head'))
      .toEqual([{ head: rows.length, kept: true }]); // prettier-ignore
  });

  it('hashes each leaf as RFC 6962 does, over the event id and the salted hash of the body', async () => {
    const rows = await database.sql<{ event_id: string; leaf: Buffer; nonce: Buffer; body: string }>(
      'select f.event_id, f.leaf, b.nonce, b.body from feed f join event_body b using (event_id)',
    );
    expect(rows).toHaveLength(read.length);
    for (const { event_id, leaf, nonce, body } of rows) {
      expect(nonce).toHaveLength(32);
      const id = Buffer.from(event_id.replaceAll('-', ''), 'hex');
      expect(leaf).toEqual(sha256(Buffer.from([0]), id, sha256(nonce, body)));
    }
    expect(new Set(rows.map(({ nonce }) => nonce.toString('hex'))).size).toBe(rows.length);
  });
});

describe('the sequencer', () => {
  const database = aDatabase();
  let bank: Actor;
  let audience: number;
  let clients: pg.Client[] = [];
  const connect = async (url: string) => {
    const client = new pg.Client(url);
    await client.connect();
    clients.push(client);
    return client;
  };
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.end()));
    clients = [];
  });
  const sequenced = async () =>
    (await database.sql<{ id: string }>('select event_id as id from feed order by seq')).map(({ id }) => id);
  const append = async (count = 1) =>
    someEvents(
      database,
      bank,
      audience,
      Array.from({ length: count }, () => ({})),
    );
  const outboxRow = `insert into outbox (event_id, publisher_id, audience_id, type, order_key, subject_id, body_hash)
    values ($1, $2, $3, 'report.published', $1, $1, sha256('')) returning id`;

  beforeAll(async () => {
    bank = await anOrganisation(database);
    audience = await anAudience(database, { organisations: [bank] });
    await sequenceAll(database);
  });

  it('lets one work and sends the others away, without waiting', async () => {
    await append(3);
    const [one, other] = [await connect(database.urlOf('worker')), await connect(database.urlOf('worker'))];
    await one.query('begin');
    expect((await one.query('select moved from app.sequence_batch(2, 0)')).rows).toEqual([{ moved: '2' }]);
    expect((await other.query('select moved from app.sequence_batch(2, 0)')).rows).toEqual([{ moved: null }]);
    await one.query('commit');
    expect((await other.query('select moved from app.sequence_batch(2, 0)')).rows).toEqual([{ moved: '1' }]);
  });

  it('loses and skips nothing when a batch is rolled back', async () => {
    await append(2);
    const before = await sequenced();
    const worker = await connect(database.urlOf('worker'));
    await worker.query('begin');
    await worker.query('select app.sequence_batch(100, 0)');
    await worker.query('rollback');
    expect(await sequenced()).toEqual(before);
    await sequenceAll(database);
    const rows = await database.sql<{ seq: string }>('select seq from feed order by seq');
    expect(rows.map(({ seq }) => Number(seq))).toEqual(
      Array.from({ length: before.length + 2 }, (_, index) => index + 1),
    );
  });

  it('takes nothing from an open transaction and does not wait for it either', async () => {
    const slow = await connect(database.url);
    const id = newId();
    await slow.query('begin');
    await slow.query(outboxRow, [id, bank.organisationId, audience]);
    const [fast] = await append();
    await sequenceAll(database);
    expect((await sequenced()).at(-1)).toBe(fast?.id);
    expect(await sequenced()).not.toContain(id);
    await slow.query('commit');
    await sequenceAll(database);
    expect((await sequenced()).at(-1)).toBe(id);
  });

  it('comes back for a row that lay below its floor', async () => {
    const { now } = Date;
    const start = now();
    const worker = await database.db('worker');
    const sequencer = new Sequencer(worker, database.urlOf('worker'), {
      sequenced: () => undefined,
      failed: (error) => {
        throw error;
      },
    });
    const drainAt = async (minutes: number) => {
      Date.now = () => start + minutes * 61_000;
      sequencer.wake();
      await (sequencer as unknown as { running?: Promise<void> }).running;
    };
    try {
      const slow = await connect(database.url);
      const late = newId();
      await slow.query('begin');
      await slow.query(outboxRow, [late, bank.organisationId, audience]);
      await append();
      await drainAt(0); // remembers the highest id
      await append();
      await drainAt(1); // and starts there from now on
      await slow.query('commit');
      await append();
      await drainAt(1.5);
      expect(await sequenced()).not.toContain(late);
      await drainAt(2); // from the beginning again, from the next batch on
      await drainAt(2.5);
      expect((await sequenced()).at(-1)).toBe(late);
    } finally {
      Date.now = now;
    }
  });

  it('answers to the worker alone', async () => {
    const api = await connect(database.urlOf('api'));
    await expect(api.query('select app.sequence_batch(1, 0)')).rejects.toThrow('permission denied');
    await expect(api.query('select app.prepare_feed_partitions()')).rejects.toThrow('permission denied');
    const worker = await connect(database.urlOf('worker'));
    for (const table of ['feed', 'outbox', 'event_body', 'feed_head', 'report']) {
      await expect(worker.query(`select * from ${table}`)).rejects.toThrow('permission denied');
    }
  });
});
