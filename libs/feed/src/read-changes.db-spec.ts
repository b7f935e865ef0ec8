import { randomBytes } from 'node:crypto';
import type { Db } from '#database';
import { newId, type Actor, type GroupId } from '#kernel';
import { aDatabase, aGroup, anAudience, anOrganisation, sequenceAll, someEvents } from '#testing';
import { CursorSeal } from './cursor-seal.js';
import { EndedReports } from './ended-reports.js';
import type { EventFilterInput } from './event-filter.js';
import { ReadChanges, unreadableCursor, type ChangesPage, type ChangesRequest } from './read-changes.js';

describe('changes', () => {
  const database = aDatabase();
  const seal = new CursorSeal(randomBytes(32));
  let db: Db;
  let changes: ReadChanges;
  let bank: Actor;
  let police: Actor;

  beforeAll(async () => {
    db = await database.db('api');
    changes = new ReadChanges(db, seal);
    [bank, police] = [await anOrganisation(database), await anOrganisation(database)];
  });

  const page = async (actor: Actor, request: Partial<ChangesRequest> = {}): Promise<ChangesPage> => {
    const answer = await changes.run(actor, { first: 1_000, ...request });
    if (answer === unreadableCursor) throw new Error('the cursor is good');
    return answer;
  };
  const idsOf = ({ events }: ChangesPage) => events.map(({ id }) => id);
  /** Everything from a cursor on, in pages. */
  const readOn = async (actor: Actor, after: string | null, request: Partial<ChangesRequest> = {}) => {
    const ids: string[] = [];
    for (let more = true; more;) {
      const next = await page(actor, { first: 2, ...request, after });
      ids.push(...idsOf(next));
      ({ cursor: after, hasMore: more } = next);
    }
    return { ids, cursor: after ?? '' };
  };
  /** Publishes this many events to a group and gives them their place; answers with their ids. */
  const shared = async (by: Actor, groups: readonly GroupId[], count: number) => {
    const written = await someEvents(
      database,
      by,
      await anAudience(database, { groups }),
      Array.from({ length: count }, () => ({})),
    );
    await sequenceAll(database);
    return written.map(({ id }) => id);
  };
  const join = (group: GroupId, actor: Actor) =>
    database.sql('select app.join_group($1, $2)', [group, actor.organisationId]);
  const leave = (group: GroupId, actor: Actor) =>
    database.sql('select app.leave_group($1, $2)', [group, actor.organisationId]);

  it('shows each organisation the events of its audiences in order, with the exact body, and hides all others', async () => {
    const telco = await anOrganisation(database);
    const mine = await anAudience(database, { organisations: [bank, police] });
    const theirs = await anAudience(database, { organisations: [bank] });
    const a = await someEvents(database, bank, mine, [{}, {}]);
    const hidden = await someEvents(database, bank, theirs, [{}]);
    const b = await someEvents(database, bank, mine, [{}]);
    await sequenceAll(database);
    const seen = await page(police);
    expect(seen.events.map(({ id, payload }) => ({ id, payload }))).toEqual(
      [...a, ...b].map(({ id, body }) => ({ id, payload: body })),
    );
    expect(idsOf(await page(bank))).toEqual([...a, ...hidden, ...b].map(({ id }) => id));
    expect(await page(telco)).toMatchObject({ events: [], hasMore: false });
  });

  it('keeps its place when there is nothing, and goes on from any event', async () => {
    const [reader, group] = [await anOrganisation(database), await aGroup(database, [bank])];
    const { cursor } = await page(reader);
    await join(group, reader);
    const ids = await shared(bank, [group], 5);
    const all = await page(reader, { after: cursor });
    expect(idsOf(all).slice(1)).toEqual(ids);
    expect(all.events[0]?.type).toBe('access.granted');
    const third = all.events[2];
    expect(idsOf(await page(reader, { after: third?.cursor ?? '' }))).toEqual(ids.slice(2));
    expect(await page(reader, { after: all.cursor })).toMatchObject({ events: [], hasMore: false });
  });

  it('gives the whole back catalogue of a group to a joiner who reads without a cursor, or asks for the group', async () => {
    const [joiner, group] = [await anOrganisation(database), await aGroup(database, [bank])];
    const before = await shared(bank, [group], 5);
    const { cursor } = await page(joiner);
    await join(group, joiner);
    const after = await shared(bank, [group], 3);
    expect((await readOn(joiner, null, { group })).ids).toEqual([...before, ...after]);
    const [granted] = (await readOn(joiner, cursor)).ids;
    expect((await readOn(joiner, null)).ids).toEqual([...before, granted, ...after]);
    expect((await readOn(joiner, cursor)).ids).toEqual([granted, ...after]);
  });

  it('shows nothing of a group that the asker is not in, or that does not exist', async () => {
    const [stranger, group] = [await anOrganisation(database), await aGroup(database, [bank])];
    await shared(bank, [group], 1);
    expect(await page(stranger, { group })).toMatchObject({ events: [], hasMore: false });
    expect(await page(stranger, { group: newId() })).toMatchObject({ events: [], hasMore: false });
    await expect(page(stranger, { group: '' })).rejects.toMatchObject({ fault: { field: 'group', rule: 'id.form' } });
    await expect(page(stranger, { group: "' or true" })).rejects.toMatchObject({ fault: { rule: 'id.form' } });
  });

  it('gives a reader who is behind nothing from before it joined, however it pages, also where the feed stood still', async () => {
    const [reader, old, fresh] = [
      await anOrganisation(database),
      await aGroup(database, [bank]),
      await aGroup(database, [bank]),
    ];
    await join(old, reader);
    await sequenceAll(database);
    const first = await shared(bank, [old], 1);
    const start = await page(reader, { first: 2 });
    expect(idsOf(start).at(-1)).toBe(first[0]);

    const missed = await shared(bank, [old], 4);
    const unseen = await shared(bank, [fresh], 4);
    const behind = await page(reader, { first: 1, after: start.cursor }); // made while the feed stands where it does at the join
    await join(fresh, reader);
    const [pushed] = await shared(bank, [fresh], 1);
    for (const cursor of [start.cursor, behind.cursor]) {
      const { ids } = await readOn(reader, cursor);
      expect(ids.filter((id) => unseen.includes(id))).toEqual([]);
      expect(ids.at(-1)).toBe(pushed);
      expect(ids.filter((id) => missed.includes(id))).toEqual(cursor === start.cursor ? missed : missed.slice(1));
    }
    expect((await readOn(reader, null)).ids).toEqual(expect.arrayContaining(unseen));
  });

  it('goes on with the back catalogue in a reading that began after the join, though the feed stood still', async () => {
    const [reader, group] = [await anOrganisation(database), await aGroup(database, [bank])];
    const before = await shared(bank, [group], 6);
    await join(group, reader);
    const { cursor, hasMore } = await page(reader, { first: 2 });
    expect(hasMore).toBe(true);
    const rest = (await readOn(reader, cursor)).ids;
    expect(rest.slice(0, 4)).toEqual(before.slice(2));
  });

  it('starts anew for one who leaves and joins again', async () => {
    const [reader, group] = [await anOrganisation(database), await aGroup(database, [bank])];
    await join(group, reader);
    await shared(bank, [group], 2);
    const { cursor } = await readOn(reader, null);
    await leave(group, reader);
    const between = await shared(bank, [group], 2);
    await join(group, reader);
    const after = await shared(bank, [group], 1);
    const { ids } = await readOn(reader, cursor);
    expect(ids.filter((id) => between.includes(id))).toEqual([]);
    expect(ids.at(-1)).toBe(after[0]);
  });

  it('refuses a cursor of somebody else, of another list, of an older epoch, and any other text', async () => {
    const { cursor } = await page(bank);
    expect(await changes.run(bank, { first: 1, after: cursor })).not.toBe(unreadableCursor);
    const list = seal.sealKey(bank, 'reports', newId());
    for (const after of ['', 'garbage', cursor.slice(1), `${cursor}A`, `${cursor} `.repeat(50), list, '\u0000']) {
      expect(await changes.run(bank, { first: 1, after })).toBe(unreadableCursor);
    }
    expect(await changes.run(police, { first: 1, after: cursor })).toBe(unreadableCursor);
    await database.sql('update feed_head set epoch = epoch + 1');
    expect(await changes.run(bank, { first: 1, after: cursor })).toBe(unreadableCursor);
  });

  it('carries nothing in its answer that counts what is hidden', async () => {
    const { events, cursor } = await page(police);
    expect(Object.keys(events[0] ?? {}).sort()).toEqual(['at', 'cursor', 'id', 'payload', 'subjectId', 'type']);
    expect(new Set([cursor, ...events.map((event) => event.cursor)].map(({ length }) => length)).size).toBe(1);
  });

  it('needs a page size of 1 to 1,000 and the scope read', async () => {
    for (const first of [0, -1, 1_001]) {
      await expect(page(bank, { first })).rejects.toMatchObject({ fault: { field: 'first', rule: 'page.size' } });
    }
    await expect(page({ ...bank, scopes: new Set(['reports:write'] as const) })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('shows a suspended organisation nothing, and everything again when it is reinstated', async () => {
    const reader = await anOrganisation(database);
    const group = await aGroup(database, [bank, reader]);
    const ids = await shared(bank, [group], 2);
    await database.sql('select app.suspend_organisation($1)', [reader.organisationId]);
    await expect(page(reader)).rejects.toMatchObject({ rule: 'organisation.suspended' });
    await database.sql('select app.reinstate_organisation($1)', [reader.organisationId]);
    expect(idsOf(await page(reader))).toEqual(expect.arrayContaining(ids));
  });

  describe('with a filter', () => {
    let reader: Actor;
    let ids: Record<string, string>;
    beforeAll(async () => {
      reader = await anOrganisation(database);
      const audience = await anAudience(database, { organisations: [bank, reader] });
      const drafts = {
        phone: { indicatorType: 'PHONE', scamType: 'REFUND', brands: ['norton'] },
        url: { indicatorType: 'URL', scamType: 'PHISHING', brands: ['norton', 'paypal'] },
        bare: { indicatorType: 'URL', scamType: 'REFUND' },
        taken: { type: 'report.withdrawn', indicatorType: 'PHONE', scamType: 'REFUND' },
        case: { type: 'case.published', scamType: 'REFUND' },
      };
      const written = await someEvents(database, bank, audience, Object.values(drafts));
      ids = Object.fromEntries(Object.keys(drafts).map((name, index) => [name, written[index]?.id ?? '']));
      await sequenceAll(database);
    });
    const named = async (filter: EventFilterInput, first = 1_000) => {
      const read = await readOn(reader, null, { filter, first });
      return read.ids.map((id) => Object.keys(ids).find((name) => ids[name] === id) ?? id);
    };

    it.each<[string, EventFilterInput, string[]]>([
      ['nothing asked', {}, ['phone', 'url', 'bare', 'taken', 'case']],
      ['types of event', { eventTypes: ['REPORT_PUBLISHED', 'CASE_PUBLISHED'] }, ['phone', 'url', 'bare', 'case']],
      ['types of indicator', { indicatorTypes: ['PHONE'] }, ['phone', 'taken']],
      ['kinds of scam', { scamTypes: ['REFUND'] }, ['phone', 'bare', 'taken', 'case']],
      ['brands, in any case', { brands: [' NORTON '] }, ['phone', 'url']],
      ['all at once', { indicatorTypes: ['URL'], scamTypes: ['PHISHING'], brands: ['PayPal'] }, ['url']],
      ['what nothing matches', { brands: ['nobody'] }, []],
      ['an empty list', { eventTypes: [] }, []],
    ])('passes what matches: %s', async (_, filter, expected) => {
      expect(await named(filter)).toEqual(expected);
      expect(await named(filter, 1)).toEqual(expected); // page by page too
    });

    it('refuses brands that are too many, too long, empty or not text', async () => {
      for (const brands of [[''], ['  '], ['x'.repeat(101)], Array.from({ length: 101 }, () => 'x'), ['a\u0000b']]) {
        await expect(page(reader, { filter: { brands } })).rejects.toMatchObject({ fault: { field: 'filter.brands' } });
      }
    });

    it('lets access events through unless other kinds are asked for', async () => {
      const group = await aGroup(database, [bank]);
      await join(group, reader);
      await sequenceAll(database);
      const [granted, ...others] = await named({ brands: ['nobody'] });
      expect([granted, others]).toEqual([expect.any(String), []]);
      expect(await named({ brands: ['nobody'], eventTypes: ['REPORT_PUBLISHED'] })).toEqual([]);
    });

    it('gets past thousands of events that do not match, a bounded stretch for each call', async () => {
      const lonely = await anOrganisation(database);
      const audience = await anAudience(database, { organisations: [bank, lonely] });
      const noise = Array.from({ length: 5_500 }, () => ({ indicatorType: 'URL' }));
      await someEvents(database, bank, audience, noise);
      const [wanted] = await someEvents(database, bank, audience, [{ indicatorType: 'PHONE' }]);
      await sequenceAll(database);
      const filter = { indicatorTypes: ['PHONE'] };
      const first = await page(lonely, { filter });
      expect(first).toMatchObject({ events: [], hasMore: true });
      const second = await page(lonely, { filter, after: first.cursor });
      expect([idsOf(second), second.hasMore]).toEqual([[wanted?.id], false]);
      // A changed filter keeps the cursor valid.
      expect(idsOf(await page(lonely, { filter: { indicatorTypes: ['URL'] }, after: first.cursor }))).toHaveLength(500);
    });
  });

  it('shows the tombstone of an event whose subject was taken back, the same to every reader', async () => {
    const audience = await anAudience(database, { organisations: [bank, police] });
    const before = new Map([
      [bank, (await readOn(bank, null, { first: 1_000 })).cursor],
      [police, (await readOn(police, null)).cursor],
    ]);
    const [event] = await someEvents(database, bank, audience, [{ data: { note: 'secret note' } }]);
    await sequenceAll(database);
    const { cursor } = await readOn(police, null);
    await database.sql('update event_body set closed_at = now() where event_id = $1', [event?.id]);
    for (const actor of [bank, police]) {
      const { events } = await page(actor, { after: before.get(actor) ?? '' });
      const found = events.find(({ id }) => id === event?.id);
      expect(found?.payload).toBe(
        `{"type" : "report.published", "data" : {"id" : "${event?.subjectId ?? ''}", "withdrawn" : true}}`,
      );
    }
    expect(await page(police, { after: cursor })).toMatchObject({ events: [] });
  });

  it('answers endedReports with nothing for an event of somebody else, or a cursor of another list', async () => {
    const ended = new EndedReports(db, seal);
    const reader = await anOrganisation(database);
    const group = await aGroup(database, [bank, reader]);
    await shared(bank, [group], 1);
    await leave(group, reader);
    await sequenceAll(database);
    const event = (await page(reader)).events.find(({ type }) => type === 'access.ended');
    expect(await ended.run(police, event?.id ?? '', null)).toEqual({ ids: [], cursor: null });
    expect(await ended.run(reader, newId(), null)).toEqual({ ids: [], cursor: null });
    await expect(ended.run(reader, 'x', null)).rejects.toMatchObject({ fault: { rule: 'id.form' } });
    for (const after of ['', 'x', event?.cursor ?? '']) {
      await expect(ended.run(reader, event?.id ?? '', after)).rejects.toMatchObject({
        fault: { rule: 'cursor.unreadable' },
      });
    }
  });
});
