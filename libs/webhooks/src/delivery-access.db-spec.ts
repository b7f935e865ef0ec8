import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor, GroupId } from '#kernel';
import { prepareQueueDatabase, Queues } from '#queue';
import { aDatabase, aGroup, anAudience, anOrganisation, sequenceAll } from '#testing';
import { deliveryUnderSpec } from './delivery-under-spec.js';

const database = aDatabase();
const spec = deliveryUnderSpec(database, () => Queues.onPostgres(database.urlOf('worker')));
const { receiver } = spec;
let bank: Actor;
let shop: Actor;
let group: GroupId;
let inGroup: number;
beforeAll(() => prepareQueueDatabase(database.url));
beforeEach(async () => {
  bank = await anOrganisation(database);
  shop = await anOrganisation(database);
  group = await aGroup(database, [bank]);
  inGroup = await anAudience(database, { groups: [group] });
  await sequenceAll(database); // the bank's own access.granted
});
const events = (count: number) => Array.from({ length: count }, () => ({}));
const typesAt = (path: string) => receiver.to(path).map(({ body }) => (JSON.parse(body) as { type: string }).type);
const quick = { sweepMs: 50 };

/** Until the endpoint has passed everything there is. */
const caughtUp = async (endpoint: { id: string; secret: string; path: string }) => {
  for (;;) {
    const { cursor_seq, head, claimed } = await spec.state(endpoint);
    if (cursor_seq === head && !claimed) return;
    await sleep(20);
  }
};

it('delivers only what passes the filter, and access events whatever the other lists say', async () => {
  const wanted = await spec.endpoint(shop, { indicatorTypes: ['PHONE'], brands: ['acme'] });
  const onlyLinks = await spec.endpoint(shop, { eventTypes: ['case.linked'] });
  const all = await spec.endpoint(shop);
  await spec.worker(quick);
  await database.sql('select app.join_group($1, $2)', [group, shop.organisationId]);
  const [phone] = await spec.publish(bank, inGroup, [
    { indicatorType: 'PHONE', brands: ['other', 'acme'] },
    { indicatorType: 'PHONE', brands: ['other'] },
    { indicatorType: 'URL', brands: ['acme'] },
    { indicatorType: 'PHONE' },
    { type: 'case.published' },
  ]);
  await caughtUp(wanted);
  await caughtUp(onlyLinks);
  await caughtUp(all);
  expect(typesAt(wanted.path).sort()).toEqual(['access.granted', 'report.published']);
  expect(spec.idsAt(wanted)).toContain(phone?.id);
  expect(spec.idsAt(onlyLinks)).toEqual([]);
  expect(spec.idsAt(all).length).toBe(6);
});

it('passes thousands of events that a filter holds back and finds the one it wants', async () => {
  const endpoint = await spec.endpoint(bank, { scamTypes: ['REFUND'] });
  await spec.publish(bank, inGroup, events(3_000));
  const [wanted] = await spec.publish(bank, inGroup, [{ scamType: 'REFUND' }]);
  await spec.worker(quick);
  await receiver.until(1);
  await caughtUp(endpoint);
  expect(spec.idsAt(endpoint)).toEqual([wanted?.id]);
});

it('pushes nothing from before a membership began', async () => {
  const endpoint = await spec.endpoint(shop);
  await spec.publish(bank, inGroup, events(3));
  await database.sql('select app.join_group($1, $2)', [group, shop.organisationId]);
  const [after] = await spec.publish(bank, inGroup, events(1));
  await spec.worker(quick);
  await receiver.until(2);
  await caughtUp(endpoint);
  expect(typesAt(endpoint.path)).toEqual(['access.granted', 'report.published']);
  expect(spec.idsAt(endpoint)).toContain(after?.id);
});

it('sends one access.ended and nothing else to an organisation that has left', async () => {
  await database.sql('select app.join_group($1, $2)', [group, shop.organisationId]);
  await spec.publish(bank, inGroup, []);
  const endpoint = await spec.endpoint(shop);
  await spec.publish(bank, inGroup, events(2)); // not delivered yet when it leaves
  await database.sql('select app.leave_group($1, $2)', [group, shop.organisationId]);
  await spec.publish(bank, inGroup, events(2));
  await spec.worker(quick);
  await receiver.until(1);
  await caughtUp(endpoint);
  expect(typesAt(endpoint.path)).toEqual(['access.ended']);
});

it('sends nothing to a suspended organisation, and all of it once it is reinstated', async () => {
  const [endpoint, other] = [await spec.endpoint(shop), await spec.endpoint(bank)];
  const both = await anAudience(database, { organisations: [bank, shop] });
  await spec.worker(quick);
  await database.sql('select app.suspend_organisation($1)', [shop.organisationId]);
  const sent = await spec.publish(bank, both, events(3));
  await caughtUp(other);
  await sleep(150);
  expect(spec.idsAt(endpoint)).toEqual([]);

  await database.sql('select app.reinstate_organisation($1)', [shop.organisationId]);
  await receiver.until(6);
  expect(spec.idsAt(endpoint).sort()).toEqual(sent.map(({ id }) => id).sort());
});

it('does not retry what its organisation may no longer see', async () => {
  await database.sql('select app.join_group($1, $2)', [group, shop.organisationId]);
  await spec.publish(bank, inGroup, []);
  const endpoint = await spec.endpoint(shop);
  receiver.answer(500);
  await spec.worker(quick);
  const [event] = await spec.publish(bank, inGroup, events(1));
  await receiver.until(1);
  while ((await spec.redeliveries(endpoint)).length === 0) await sleep(20);
  await database.sql('select app.leave_group($1, $2)', [group, shop.organisationId]);
  receiver.forget();
  await spec.nothingWaits();
  while ((await spec.redeliveries(endpoint)).length > 0) await sleep(20);
  expect(spec.idsAt(endpoint)).not.toContain(event?.id);
});

it('starts nothing more of what it has read once somebody loses access', async () => {
  const narrow = await anAudience(database, { organisations: [bank] });
  const both = await anAudience(database, { organisations: [bank, shop] });
  const endpoint = await spec.endpoint(shop);
  const sent = await spec.publish(bank, both, events(8));
  // The receiver takes the first, and while it is thinking the rest is narrowed.
  let narrowed: Promise<void> | undefined;
  receiver.answer(({ path }) => {
    if (path !== endpoint.path) return 204;
    narrowed ??= database
      .sql(`select app_private.move_events($1, $2, $3)`, [
        bank.organisationId,
        sent.map(({ subjectId }) => subjectId),
        narrow,
      ])
      .then(() => database.sql('select app_private.bump_access_epoch()'))
      .then(() => undefined);
    return 'hang';
  });
  await spec.worker({ ...quick, timeoutMs: 500 });
  await caughtUp(endpoint);
  await narrowed;
  expect(spec.idsAt(endpoint)).toEqual([sent[0]?.id]);
});

it('still delivers an event that was given another audience its reader belongs to', async () => {
  const wide = await anAudience(database, { organisations: [bank, shop, await anOrganisation(database)] });
  const both = await anAudience(database, { organisations: [bank, shop] });
  const endpoint = await spec.endpoint(shop);
  const [moved] = await spec.publish(bank, wide, events(1));
  await database.sql(`select app_private.move_events($1, $2, $3)`, [bank.organisationId, [moved?.subjectId], both]);
  await spec.worker(quick);
  await receiver.until(1);
  expect(spec.idsAt(endpoint)).toEqual([moved?.id]);
});

it('keeps to itself what a claim is not held for', async () => {
  const endpoint = await spec.endpoint(shop);
  const [event] = await spec.publish(bank, await anAudience(database, { organisations: [bank, shop] }), events(1));
  const worker = await database.db('worker');
  const asWorker = (sql: string, values: unknown[] = []) =>
    worker.asSystem('a test', (tx) => tx.query<Record<string, unknown>[]>(sql, values));

  const foreign = crypto.randomUUID();
  expect(await asWorker('select * from app.next_events($1, $2, 10)', [foreign, [endpoint.id]])).toEqual([]);
  expect(await asWorker('select * from app.due_redeliveries($1, $2, 10)', [foreign, [endpoint.id]])).toEqual([]);
  for (const table of ['webhook_endpoint', 'endpoint_state', 'redelivery', 'attempt', 'feed', 'event_body']) {
    await expect(asWorker(`select * from ${table}`)).rejects.toThrow('permission denied');
  }

  // What a lost claim reports is kept as an attempt; the cursor and what is set aside are the new holder's.
  await asWorker('select * from app.claim_endpoints($1, $2)', [crypto.randomUUID(), [endpoint.id]]);
  const before = await spec.state(endpoint);
  const progress = { endpoint_id: endpoint.id, claim_id: foreign, upto: before.head, release: true, win: 8, fails: 0 };
  const attempt = { endpoint_id: endpoint.id, event_id: event?.id, outcome: 'DELIVERED', ms: 1, age_ms: 1 };
  const aside = { endpoint_id: endpoint.id, seq: before.head, event_id: event?.id, state: 'WAITING', attempts: 1 };
  await asWorker('select app.finish_claim($1, $2, $3, $4)', [
    JSON.stringify([{ ...progress, openings: 0, slow: false, gone: true }]),
    JSON.stringify([{ ...attempt, redelivery: false }]),
    JSON.stringify([{ ...aside, order_key: crypto.randomUUID(), subject_id: event?.subjectId, delay_ms: 0 }]),
    '[]',
  ]);
  expect(await spec.state(endpoint)).toEqual(before);
  expect(await spec.redeliveries(endpoint)).toEqual([]);
  expect((await spec.attempts(endpoint)).length).toBe(1);
});
