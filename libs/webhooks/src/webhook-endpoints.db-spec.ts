import type { EventFilterInput } from '#feed';
import { CursorSeal } from '#feed';
import { Denied, Rejected, type Actor } from '#kernel';
import { aDatabase, anOrganisation } from '#testing';
import { SealedSecrets } from './sealed-secrets.js';
import { WebhookEndpoints, type CreatedEndpoint } from './webhook-endpoints.js';

describe('webhook endpoints', () => {
  const database = aDatabase();
  let endpoints: WebhookEndpoints;
  let bank: Actor;
  let telco: Actor;
  beforeAll(async () => {
    const secrets = new SealedSecrets(database.secret.key('webhook-secret'));
    const seal = new CursorSeal(database.secret.key('cursor'));
    endpoints = new WebhookEndpoints(await database.db('api'), seal, secrets, { allowLoopbackHttp: false });
  });
  beforeEach(async () => {
    bank = await anOrganisation(database);
    telco = await anOrganisation(database);
  });
  const made = async (by: Actor, filter?: EventFilterInput): Promise<CreatedEndpoint> => {
    const created = await endpoints.create(by, { url: 'https://hooks.example.com/in', filter });
    if (created instanceof Rejected) throw new Error(created.fault.rule);
    return created;
  };
  const attempt = (endpointId: string, owner: Actor, secondsAgo: number) =>
    database.sql(
      `insert into attempt (id, at, endpoint_id, organisation_id, event_ids, status, outcome, ms, redelivery)
       values (uuidv7($3 * interval '-1 s'), clock_timestamp() - $3 * interval '1 s', $1, $2, array[uuidv7()], $3, 'DELIVERED', 5, false)`,
      [endpointId, owner.organisationId, secondsAgo],
    );

  it('keep every change of those that come at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const { endpoint } = await made(bank);
      await Promise.all([
        endpoints.update(bank, endpoint.id, { description: 'the night desk' }),
        endpoints.update(bank, endpoint.id, { url: 'https://other.example.com/' }),
        endpoints.update(bank, endpoint.id, { filter: { brands: ['acme'] } }),
      ]);
      const { url, description, filter } = (await endpoints.byId(bank, endpoint.id)) ?? endpoint;
      expect({ url, description, brands: filter.brands }).toEqual({
        url: 'https://other.example.com/',
        description: 'the night desk',
        brands: ['acme'],
      });
    }
  });

  it('are made with a secret that is told once and kept sealed', async () => {
    const { endpoint, secret } = await made(bank, { eventTypes: ['REPORT_PUBLISHED'], brands: [' Acme '] });
    expect(secret).toMatch(/^whsec_/);
    expect(endpoint).toMatchObject({ status: 'ENABLED', fails: 0, waitingRedeliveries: 0, deadRedeliveries: 0 });
    expect(endpoint.filter).toEqual({
      eventTypes: ['report.published'],
      indicatorTypes: null,
      scamTypes: null,
      brands: ['acme'],
    });
    expect(JSON.stringify(await endpoints.list(bank))).not.toContain(secret);
    const [row] = await database.sql<{ sealed: Buffer }>(
      'select secret_sealed as sealed from webhook_endpoint where id = $1',
      [endpoint.id],
    );
    expect(row?.sealed.toString('latin1')).not.toContain(secret);
  });

  it.each([
    ['http://hooks.example.com/', 'url', 'url.scheme'],
    ['https://169.254.169.254/latest', 'url', 'url.address'],
    ['https://user:pass@hooks.example.com/', 'url', 'url.userinfo'],
    ['nonsense', 'url', 'url.malformed'],
  ])('refuse %s and write nothing', async (url, field, rule) => {
    const refused = await endpoints.create(bank, { url });
    expect(refused).toBeInstanceOf(Rejected);
    expect(refused).toMatchObject({ fault: { field, rule } });
    expect(await endpoints.list(bank)).toEqual([]);
  });

  it('refuse an over-long description and an over-long filter', async () => {
    const url = 'https://hooks.example.com/';
    const described = await endpoints.create(bank, { url, description: 'x'.repeat(501) });
    expect(described).toMatchObject({ fault: { field: 'description', rule: 'text.too-long' } });
    const filtered = await endpoints.create(bank, { url, filter: { brands: Array.from({ length: 101 }, () => 'b') } });
    expect(filtered).toMatchObject({ fault: { field: 'filter.brands' } });
  });

  it('are at most 50 for each organisation, also when they are made at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 55 }, () => endpoints.create(bank, { url: 'https://hooks.example.com/' })),
    );
    const refused = all.filter((one) => one instanceof Rejected);
    expect(refused.length).toBe(5);
    expect(refused[0]).toMatchObject({ fault: { rule: 'endpoints.too-many' } });
    expect((await endpoints.list(bank)).length).toBe(50);
  });

  it('are changed in part, and a new URL ends a pause', async () => {
    const { endpoint } = await made(bank, { scamTypes: ['REFUND'] });
    await database.sql(
      `update endpoint_state set fails = 7, breaker_until = clock_timestamp() + interval '1 hour' where endpoint_id = $1`,
      [endpoint.id],
    );
    const described = await endpoints.update(bank, endpoint.id, { description: 'the new desk' });
    expect(described).toMatchObject({
      description: 'the new desk',
      url: endpoint.url,
      filter: endpoint.filter,
      fails: 7,
    });
    expect((described as typeof endpoint).pausedUntil).not.toBeNull();
    const moved = await endpoints.update(bank, endpoint.id, { url: 'https://other.example.com/', filter: null });
    expect(moved).toMatchObject({ url: 'https://other.example.com/', fails: 0, pausedUntil: null });
    expect((moved as typeof endpoint).filter.scamTypes).toBeNull();
    expect(await endpoints.update(bank, endpoint.id, { url: 'https://10.0.0.1/' })).toBeInstanceOf(Rejected);
  });

  it('are disabled and enabled again, from where they stopped or from now', async () => {
    const { endpoint } = await made(bank);
    const cursor = async () => {
      const [row] = await database.sql<{ at: number; head: number }>(
        'select cursor_seq::int as at, (select head::int from feed_head) as head from endpoint_state where endpoint_id = $1',
        [endpoint.id],
      );
      return row;
    };
    expect(await endpoints.disable(bank, endpoint.id)).toMatchObject({ status: 'DISABLED', disabledReason: 'OWNER' });
    await database.sql('update feed_head set head = head + 10');
    expect(await endpoints.enable(bank, endpoint.id, 'RESUME')).toMatchObject({
      status: 'ENABLED',
      disabledReason: null,
    });
    const resumed = await cursor();
    expect(resumed?.at).toBe((resumed?.head ?? 0) - 10);
    await endpoints.enable(bank, endpoint.id, 'SKIP');
    const skipped = await cursor();
    expect(skipped?.at).toBe(skipped?.head);
  });

  it('page their attempts newest first, without telling anybody’s place in the feed', async () => {
    const { endpoint } = await made(bank);
    for (const seconds of [50, 40, 30, 20, 10]) await attempt(endpoint.id, bank, seconds);
    const first = await endpoints.attempts(bank, endpoint.id, { first: 3 });
    expect(first.edges.map(({ node }) => node.status)).toEqual([10, 20, 30]);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const rest = await endpoints.attempts(bank, endpoint.id, { first: 3, after: first.pageInfo.endCursor });
    expect(rest.edges.map(({ node }) => node.status)).toEqual([40, 50]);
    expect(rest.pageInfo.hasNextPage).toBe(false);
    expect(Object.keys(first.edges[0]?.node ?? {}).join()).not.toMatch(/seq/);
    await expect(endpoints.attempts(bank, endpoint.id, { first: 0 })).rejects.toThrow('first');
    await expect(endpoints.attempts(bank, endpoint.id, { first: 3, after: 'nonsense' })).rejects.toThrow('after');
    await expect(endpoints.attempts(telco, endpoint.id, { first: 3, after: first.pageInfo.endCursor })).rejects.toThrow(
      'after',
    );
  });

  it('are as absent to others as none', async () => {
    const { endpoint } = await made(bank);
    await attempt(endpoint.id, bank, 10);
    for (const id of [endpoint.id, crypto.randomUUID(), 'nonsense']) {
      expect(await endpoints.byId(telco, id)).toBeUndefined();
      expect(await endpoints.update(telco, id, { description: 'mine' })).toBeUndefined();
      expect(await endpoints.disable(telco, id)).toBeUndefined();
      expect(await endpoints.enable(telco, id, 'SKIP')).toBeUndefined();
      expect(await endpoints.remove(telco, id)).toBe(false);
    }
    expect(await endpoints.list(telco)).toEqual([]);
    expect((await endpoints.attempts(telco, endpoint.id, { first: 5 })).edges).toEqual([]);
    expect(await endpoints.byId(bank, endpoint.id)).toMatchObject({ status: 'ENABLED', description: '' });
  });

  it('are deleted with what waited for them', async () => {
    const { endpoint } = await made(bank);
    expect(await endpoints.remove(bank, endpoint.id)).toBe(true);
    expect(await endpoints.byId(bank, endpoint.id)).toBeUndefined();
    expect(await endpoints.remove(bank, endpoint.id)).toBe(false);
  });

  it('need the scope webhooks:manage', async () => {
    const reader = { ...bank, scopes: new Set(['read'] as const) };
    await expect(endpoints.create(reader, { url: 'https://hooks.example.com/' })).rejects.toThrow(Denied);
    expect(() => endpoints.list(reader)).toThrow(Denied);
  });
});

describe('attempts', () => {
  const database = aDatabase();

  it('are kept in weekly partitions, the next one made ahead, old ones dropped', async () => {
    const weeks = async () => {
      const rows = await database.sql<{ week: number }>(
        `select substr(inhrelid::regclass::text, 9)::int as week from pg_inherits where inhparent = 'attempt'::regclass order by 1`,
      );
      return rows.map(({ week }) => week);
    };
    const now = await weeks();
    const [first] = now;
    expect(now).toEqual([first, (first ?? 0) + 1, (first ?? 0) + 2]);
    await database.sql(
      `create table attempt_100 partition of attempt for values from (to_timestamp(100 * 604800)) to (to_timestamp(101 * 604800))`,
    );
    await database.sql('alter table attempt_100 owner to crossline_definer');
    await database.sql('select app.prepare_attempt_partitions()');
    expect(await weeks()).toEqual(now);
  });
});
