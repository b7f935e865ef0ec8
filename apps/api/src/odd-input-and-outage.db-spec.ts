import pg from 'pg';
import { aDatabase } from '#testing';
import { anApi } from './api-under-spec.js';

describe('the API while its database is gone', () => {
  const database = aDatabase();
  const api = anApi(database);
  const ready = async () => (await fetch(`${api.url}/health/ready`)).status;

  it('stays alive, says it is not ready, masks why, and serves again by itself', async () => {
    const bank = await api.partner('Bank');
    expect(await ready()).toBe(200);

    const server = new URL(database.url);
    const name = server.pathname.slice(1);
    server.pathname = 'postgres';
    const root = new pg.Client(server.href);
    await root.connect();
    try {
      await root.query(`alter database ${name} with allow_connections false`);
      await root.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
      expect(await ready()).toBe(503);
      expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
      const { status, body } = await api.ask(bank.apiKey, '{ me { keyId } }');
      expect(status).toBe(500);
      expect(body.errors).toEqual([
        {
          message: 'Something went wrong on our side.',
          extensions: { code: 'INTERNAL_SERVER_ERROR', rule: 'server.error' },
        },
      ]);
      expect(api.logged.join('')).not.toContain(bank.apiKey);
    } finally {
      await root.query(`alter database ${name} with allow_connections true`);
      await root.end();
    }
    expect(await ready()).toBe(200);
    expect((await api.ask(bank.apiKey, '{ me { keyId } }')).status).toBe(200);
  });
});

describe('whatever a caller sends', () => {
  const database = aDatabase();
  const api = anApi(database);
  const odd = 'a\u0000b';
  const empty = { organisations: [], groups: [], everyone: false };

  it.each<[string, string, object]>([
    ['a zero in a brand', 'query ($v: [String!]) { changes(filter: { brands: $v }) { __typename } }', { v: [odd] }],
    ['a zero in a cursor', 'query ($v: String) { changes(after: $v) { __typename } }', { v: odd }],
    ['an empty cursor', 'query ($v: String) { changes(after: $v) { __typename } }', { v: '' }],
    ['an empty group', 'query ($v: ID) { changes(group: $v) { __typename } }', { v: '' }],
    ['a zero in a group', 'query ($v: ID) { changes(group: $v) { __typename } }', { v: odd }],
    ['a zero in an event', 'query ($v: ID!) { endedReports(event: $v) { ids } }', { v: odd }],
    [
      'a zero in a prefix',
      'query ($v: String) { reports(filter: { valuePrefix: $v }) { pageInfo { hasNextPage } } }',
      { v: odd },
    ],
    [
      'a zero in an organisation',
      'query ($v: [ID!]) { reports(filter: { organisations: $v }) { pageInfo { hasNextPage } } }',
      { v: [odd] },
    ],
    [
      'a zero in an id',
      'query ($v: ID!) { indicator(id: $v) { id } organisation(id: $v) { id } case(id: $v) { id } }',
      { v: odd },
    ],
    ['a zero in a text', 'query ($v: [String!]!) { lookUpIndicators(texts: $v) { status } }', { v: [odd] }],
    [
      'a zero in a region',
      'query ($v: String) { lookUpIndicators(texts: ["030 123456"], region: $v) { status } }',
      { v: odd },
    ],
    ['half a character', 'query ($v: [String!]!) { lookUpIndicators(texts: $v) { status } }', { v: ['\ud800'] }],
    [
      'a zero in a linked text',
      'query ($v: [String!]) { linkedCases(texts: $v) { pageInfo { hasNextPage } } }',
      { v: [odd] },
    ],
    [
      'a zero in a key',
      'mutation ($v: PublishReportsInput!) { publishReports(input: $v) { __typename } }',
      { v: { idempotencyKey: odd, reports: [{ indicator: { text: 'evil.com' }, source: 'TELEMETRY' }] } },
    ],
    [
      'a zero in every text of a report',
      'mutation ($v: PublishReportsInput!) { publishReports(input: $v) { __typename } }',
      {
        v: {
          reports: [
            {
              indicator: { text: odd, region: odd },
              source: 'TELEMETRY',
              externalId: odd,
              note: odd,
              audience: { ...empty, groups: [odd] },
              victimCountries: [odd],
            },
          ],
        },
      },
    ],
    [
      'a zero in a reference',
      'mutation ($v: [String!]) { withdrawReports(input: { externalIds: $v, reason: OTHER }) { __typename } }',
      { v: [odd] },
    ],
    [
      'a zero in a batch',
      'mutation ($v: ID) { withdrawReports(input: { batchId: $v, reason: OTHER }) { __typename } }',
      { v: odd },
    ],
    [
      'a zero in a case’s reference',
      'mutation ($v: [String!]) { withdrawCases(input: { externalIds: $v, reason: OTHER }) { __typename } }',
      { v: [odd] },
    ],
    [
      'a zero in every text of a case',
      'mutation ($v: PublishCasesInput!) { publishCases(input: $v) { ... on PublishCasesPayload { rejected } } }',
      {
        v: {
          cases: [
            { kind: 'CIVIL', phase: 'OVERT', contact: 'desk', interests: [{ text: odd }, { text: '1', region: odd }] },
            { kind: 'CIVIL', phase: 'OVERT', contact: odd },
            { kind: 'CIVIL', phase: 'OVERT', contact: 'desk', externalId: odd },
            { kind: 'CIVIL', phase: 'OVERT', contact: 'desk', audience: { ...empty, groups: [odd] } },
          ],
        },
      },
    ],
    [
      'a zero in a tie',
      'mutation ($v: ID!, $e: String!) { linkCases(input: { a: $v, b: "b", evidence: $e, strength: 1 }) { __typename } withdrawCaseLink(id: $v) { __typename } }',
      { v: odd, e: odd },
    ],
    [
      'a zero in every text of an endpoint',
      'mutation ($v: String!, $b: [String!]) { a: createWebhookEndpoint(input: { url: $v }) { __typename } b: createWebhookEndpoint(input: { url: "https://example.com/", description: $v }) { __typename } c: createWebhookEndpoint(input: { url: "https://example.com/", filter: { brands: $b } }) { __typename } }',
      { v: `https://example.com/${odd}`, b: [odd] },
    ],
    [
      'a zero in an endpoint’s id',
      'mutation ($v: ID!) { updateWebhookEndpoint(id: $v, input: {}) { __typename } disableWebhookEndpoint(id: $v) { __typename } enableWebhookEndpoint(id: $v, from: SKIP) { __typename } deleteWebhookEndpoint(id: $v) { __typename } }',
      { v: odd },
    ],
    ['a zero in a page of cases', 'query ($v: String) { cases(after: $v) { pageInfo { endCursor } } }', { v: odd }],
    [
      'a date that is none',
      'mutation ($v: PublishReportsInput!) { publishReports(input: $v) { __typename } }',
      { v: { reports: [{ indicator: { text: 'evil.com' }, source: 'TELEMETRY', firstSeen: 'soon' }] } },
    ],
    [
      'a date far away',
      'mutation ($v: PublishReportsInput!) { publishReports(input: $v) { __typename } }',
      {
        v: {
          reports: [{ indicator: { text: 'evil.com' }, source: 'TELEMETRY', firstSeen: '+275760-09-13T00:00:00.000Z' }],
        },
      },
    ],
    ['an enormous number', 'query ($v: Int!) { reports(first: $v) { pageInfo { hasNextPage } } }', { v: 1e12 }],
    ['an empty document', '', {}],
    ['a fragment that holds itself', 'query { ...f } fragment f on Query { ...f }', {}],
  ])('answers %s as the caller’s own affair', async (what, query, variables) => {
    const { apiKey } = await api.partner(`Sender of ${what}`);
    const { status, body } = await api.ask(apiKey, query, variables);
    expect(status).toBeLessThan(500);
    expect(body.errors?.map(({ extensions }) => extensions.code) ?? []).not.toContain('INTERNAL_SERVER_ERROR');
    expect(await database.sql('select 1 from report')).toEqual([]);
  });

  it.each([
    ['a list of operations', '[{"query":"{ me { keyId } }"}]'],
    ['no document', '{}'],
    ['a number', '7'],
    ['nothing', ''],
    ['JSON that would rewrite objects', '{"__proto__":{"query":"{ me { keyId } }"}}'],
  ])('refuses %s', async (what, body) => {
    const { apiKey } = await api.partner(`Sender of ${what}`);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
    const reply = await api.send({ headers, body });
    expect(reply.status).toBe(400);
    expect(reply.body.data).toBeUndefined();
    expect(reply.body.errors?.[0]?.message).toEqual(expect.any(String));
  });

  it('counts once what a withdrawal names twice', async () => {
    const { apiKey } = await api.partner('Repeats itself');
    const { body } = await api.ask(
      apiKey,
      `mutation {
        publishReports(input: { reports: [{ indicator: { text: "evil.com" }, source: TELEMETRY, externalId: "r" }] }) { __typename }
        publishCases(input: { cases: [{ kind: CIVIL, phase: OVERT, contact: "desk", externalId: "c" }] }) { __typename }
        reports: withdrawReports(input: { externalIds: ["r", "r"], reason: OTHER }) { ... on WithdrawReportsPayload { withdrawn rows { status } } }
        cases: withdrawCases(input: { externalIds: ["c", "c"], reason: OTHER }) { ... on WithdrawCasesPayload { withdrawn rows { status } } }
      }`,
    );
    const once = { withdrawn: 1, rows: [{ status: 'WITHDRAWN' }, { status: 'WITHDRAWN' }] };
    expect(body.data).toMatchObject({ reports: once, cases: once });
  });
});
