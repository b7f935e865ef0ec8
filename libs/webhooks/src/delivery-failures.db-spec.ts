import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '#kernel';
import { prepareQueueDatabase, Queues } from '#queue';
import { aDatabase, anAudience, anOrganisation } from '#testing';
import { deliveryUnderSpec } from './delivery-under-spec.js';

const database = aDatabase();
const spec = deliveryUnderSpec(database, () => Queues.onPostgres(database.urlOf('worker')));
const { receiver } = spec;
let bank: Actor;
let shop: Actor;
let shared: number;
beforeAll(async () => {
  await prepareQueueDatabase(database.url);
  bank = await anOrganisation(database);
  shop = await anOrganisation(database);
  shared = await anAudience(database, { organisations: [bank, shop] });
});
const events = (count: number) => Array.from({ length: count }, () => ({}));
const quick = { sweepMs: 50 };

it('sets an event aside that met a 500 and delivers it later under the same id', async () => {
  const endpoint = await spec.endpoint(shop);
  receiver.answer(500);
  await spec.worker(quick);
  const [event] = await spec.publish(bank, shared, events(1));
  await receiver.until(1);
  receiver.answer(204);
  const [next] = await spec.publish(bank, shared, events(1));
  await receiver.until(() => spec.idsAt(endpoint).includes(next?.id ?? ''));
  expect(await spec.redeliveries(endpoint)).toMatchObject([{ event_id: event?.id, state: 'WAITING', attempts: 1 }]);

  await spec.nothingWaits();
  await receiver.until(3);
  await spec.stopAll();
  expect(spec.idsAt(endpoint)).toEqual([event?.id, next?.id, event?.id]);
  expect(receiver.requests[2]?.body).toBe(event?.body);
  expect(await spec.redeliveries(endpoint)).toEqual([]);
  expect(await spec.attempts(endpoint)).toMatchObject([
    { event_id: event?.id, outcome: 'ENDPOINT_FAILED', status: 500, error: 'response.5xx', redelivery: false },
    { event_id: next?.id, outcome: 'DELIVERED', status: 204, error: null, redelivery: false },
    { event_id: event?.id, outcome: 'DELIVERED', status: 204, error: null, redelivery: true },
  ]);
});

it('disables an endpoint that says 410, and sends what it refused once it is enabled again', async () => {
  const endpoint = await spec.endpoint(shop);
  receiver.answer(410);
  await spec.worker(quick);
  const sent = await spec.publish(bank, shared, events(3));
  await receiver.until(1);
  const stopped = async () => !(await spec.state(endpoint)).active;
  while (!(await stopped())) await sleep(20);
  const [row] = await database.sql('select status, disabled_reason from webhook_endpoint where id = $1', [endpoint.id]);
  expect(row).toEqual({ status: 'DISABLED', disabled_reason: 'GONE' });

  receiver.forget();
  await spec.api().as(shop, (tx) => tx.query('select app.enable_webhook_endpoint($1, false)', [endpoint.id]));
  await receiver.until(3);
  expect(spec.idsAt(endpoint).sort()).toEqual(sent.map(({ id }) => id).sort());
});

it('pauses after five failures in a row: the cursor waits, and nothing is piled up', async () => {
  const endpoint = await spec.endpoint(shop);
  receiver.answer(503);
  await spec.worker(quick);
  const sent = await spec.publish(bank, shared, events(500));
  for (let failures = 1; failures <= 5; failures++) {
    await receiver.until(failures);
    while ((await spec.state(endpoint)).fails < failures) await sleep(20);
    if (failures < 5) await database.sql('update endpoint_state set breaker_until = null');
  }
  const [open] = await database.sql<{ seconds: number }>(
    'select extract(epoch from breaker_until - clock_timestamp())::float as seconds from endpoint_state',
  );
  expect(open?.seconds).toBeGreaterThan(20);
  expect(receiver.requests.length).toBe(5);
  expect((await spec.redeliveries(endpoint)).length).toBeLessThanOrEqual(5);

  receiver.forget();
  await spec.nothingWaits();
  await receiver.until(500);
  await spec.stopAll();
  expect(spec.idsAt(endpoint).sort()).toEqual(sent.map(({ id }) => id).sort());
});

it('lets nothing wait for an endpoint that hangs', async () => {
  const [hanging, healthy] = [await spec.endpoint(shop, {}, '/hang'), await spec.endpoint(shop)];
  receiver.answer(({ path }) => (path === '/hang' ? 'hang' : 204));
  const worker = await spec.worker({ timeoutMs: 3_000, concurrency: 4 });
  await spec.publish(bank, shared, events(1));
  await receiver.until(2);
  for (let i = 0; i < 10; i++) await spec.publish(bank, shared, events(1), worker);
  await receiver.until(() => spec.idsAt(healthy).length === 11);
  expect(spec.idsAt(hanging).length).toBe(1);
  expect(await spec.attempts(hanging)).toEqual([]); // it still hangs
});

it('sets aside the one event that is refused, parks what follows of its key, and keeps their order', async () => {
  const endpoint = await spec.endpoint(shop);
  const key = crypto.randomUUID();
  const [bad, other, after, last] = await spec.publish(
    bank,
    shared,
    [{ orderKey: key }, {}, { orderKey: key }, { orderKey: key }],
    undefined,
  );
  receiver.answer(({ headers }) => (headers['webhook-id'] === bad?.id ? 422 : 204));
  await spec.worker(quick);
  await receiver.until(2);
  while ((await spec.redeliveries(endpoint)).length < 3) await sleep(20);
  expect(spec.idsAt(endpoint)).toEqual([bad?.id, other?.id]);
  expect((await spec.redeliveries(endpoint)).map(({ state }) => state)).toEqual(['WAITING', 'PARKED', 'PARKED']);
  expect((await spec.state(endpoint)).fails).toBe(0);

  receiver.answer(204);
  await spec.nothingWaits();
  await receiver.until(5);
  expect(spec.idsAt(endpoint).slice(2)).toEqual([bad?.id, after?.id, last?.id]);
});

it('gives up an event after its last attempt and lets go what waited behind it', async () => {
  const endpoint = await spec.endpoint(shop);
  const key = crypto.randomUUID();
  const [bad, after] = await spec.publish(bank, shared, [{ orderKey: key }, { orderKey: key }], undefined);
  receiver.answer(({ headers }) => (headers['webhook-id'] === bad?.id ? 400 : 204));
  await spec.worker(quick);
  while ((await spec.redeliveries(endpoint)).length < 2) await sleep(20);
  await database.sql(`update redelivery set attempts = 9 where state = 'WAITING'`);
  await spec.nothingWaits();
  await receiver.until(() => spec.idsAt(endpoint).includes(after?.id ?? ''));
  while ((await spec.redeliveries(endpoint)).length > 1) await sleep(20);
  expect(await spec.redeliveries(endpoint)).toMatchObject([{ event_id: bad?.id, state: 'DEAD', attempts: 10 }]);
});

it('sends a withdrawn report as its tombstone, and not at all when it had been set aside', async () => {
  const [late, early] = [await spec.endpoint(shop, {}, '/late'), await spec.endpoint(shop, {}, '/early')];
  await spec.api().as(shop, (tx) => tx.query('select app.disable_webhook_endpoint($1)', [late.id]));
  receiver.answer(500);
  await spec.worker(quick);
  const subjectId = crypto.randomUUID();
  const secret = { note: 'the number nobody should read again' };
  const about = { subjectId, orderKey: crypto.randomUUID(), data: secret };
  const [published] = await spec.publish(bank, shared, [about]);
  await receiver.until(1);
  while ((await spec.redeliveries(early)).length === 0) await sleep(20);

  await database.sql('select app_private.close_events($1, $2, false)', [bank.organisationId, [subjectId]]);
  receiver.forget();
  const [withdrawn] = await spec.publish(bank, shared, [{ ...about, type: 'report.withdrawn', data: {} }]);
  await spec.api().as(shop, (tx) => tx.query('select app.enable_webhook_endpoint($1, false)', [late.id]));
  await database.sql('update endpoint_state set breaker_until = null');
  await receiver.until(3);
  expect(spec.idsAt(early)).toEqual([withdrawn?.id]);
  expect(spec.idsAt(late)).toEqual([published?.id, withdrawn?.id]);
  expect(JSON.parse(receiver.to('/late')[0]?.body ?? '')).toEqual({
    type: 'report.published',
    data: { id: subjectId, withdrawn: true },
  });
  await spec.stopAll();
  expect(await spec.redeliveries(early)).toEqual([]);
  expect(receiver.requests.some(({ body }) => body.includes(secret.note))).toBe(false);
});

it('waits for what is in flight when it stops, and records it', async () => {
  const endpoint = await spec.endpoint(shop);
  receiver.answer('hang');
  await spec.worker({ ...quick, timeoutMs: 400 });
  await spec.publish(bank, shared, events(5));
  await receiver.until(1);
  await spec.stopAll();
  expect(await spec.attempts(endpoint)).toMatchObject([{ outcome: 'ENDPOINT_FAILED', error: 'timeout' }]);
  expect((await spec.redeliveries(endpoint)).length).toBe(1);
  expect(await spec.state(endpoint)).toMatchObject({ claimed: false });
});

it('passes on a pause that the receiver asks for', async () => {
  await spec.endpoint(shop);
  receiver.answer({ status: 429, headers: { 'retry-after': '120' } });
  await spec.worker(quick);
  await spec.publish(bank, shared, events(1));
  await receiver.until(1);
  await spec.stopAll();
  const [row] = await database.sql<{ held: number; due: number }>(
    `select extract(epoch from s.breaker_until - clock_timestamp())::float as held,
            extract(epoch from r.due_at - clock_timestamp())::float as due from endpoint_state s join redelivery r using (endpoint_id)`,
  );
  expect(row?.held).toBeGreaterThan(100);
  expect(row?.due).toBeGreaterThan(100);
});
