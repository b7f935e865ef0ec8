import { readFile } from 'node:fs/promises';
import { aDatabase } from '#testing';
import { anApi } from './api-under-spec.js';

const publish = `mutation ($reports: [ReportInput!]!) { publishReports(input: { reports: $reports }) {
  __typename
  ... on PublishReportsPayload { accepted rejected rows { status reportId error { field rule message } } }
  ... on InputRejected { error { field rule message } } } }`;
const aReport = (part: object = {}) => ({ indicator: { text: '+1 (888) 872-8010' }, source: 'TEST_CALL', ...part });

interface Described {
  readonly description?: string | null | undefined;
}

describe('the API over HTTP', () => {
  const database = aDatabase();
  const api = anApi(database);
  const reports = () => database.sql('select 1 from report');

  it('says who one is', async () => {
    const bank = await api.partner('Bank');
    const { status, body } = await api.ask(bank.apiKey, '{ me { organisation { name kind } scopes } }');
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ me: { organisation: { name: 'Bank', kind: 'COMPANY' } } });
  });

  describe('without a valid key', () => {
    const introspection = JSON.stringify({ query: '{ __schema { queryType { name } } }' });
    const withKey = (authorization: string | undefined) =>
      api.send({
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: introspection,
      });

    it('tells a stranger nothing, not even the schema', async () => {
      const { status, headers, body } = await withKey(undefined);
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(body.data).toBeUndefined();
      expect(body.errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', rule: 'key.missing' });
    });

    it('answers an unknown key, a wrong secret and a malformed key alike', async () => {
      const { keyId } = await api.partner('Locked out');
      const other = await api.partner('Other');
      const wrongSecret = `xl_${keyId}_${other.apiKey.split('_').slice(2).join('_')}`;
      const answers = [];
      for (const key of ['rubbish', `xl_aaaaaaaaaaaaaaaa_${'a'.repeat(43)}`, wrongSecret]) {
        const { status, body } = await withKey(`Bearer ${key}`);
        answers.push({ status, body });
      }
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    });

    it('refuses a key that was revoked or has expired, and says so to its holder', async () => {
      const gone = await api.partner('Gone');
      await api.operator.revokeKey(gone.keyId);
      const expired = await api.operator.addKey(gone.id, { name: 'old', expiresAt: new Date(Date.now() + 50) });
      await new Promise((later) => setTimeout(later, 60));
      expect((await withKey(`Bearer ${gone.apiKey}`)).body.errors?.[0]?.extensions).toMatchObject({
        rule: 'key.revoked',
      });
      expect((await withKey(`Bearer ${expired.key}`)).body.errors?.[0]?.extensions).toMatchObject({
        rule: 'key.expired',
      });
    });

    it('refuses a suspended organisation from its next request on', async () => {
      const shady = await api.partner('Shady');
      await api.operator.suspendOrganisation(shady.id);
      const { status, body } = await api.ask(shady.apiKey, '{ me { keyId } }');
      expect(status).toBe(403);
      expect(body.errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN', rule: 'organisation.suspended' });
    });

    it('holds a key to its scopes', async () => {
      const reader = await api.partner('Reader');
      const { key } = await api.operator.addKey(reader.id, { name: 'reads', scopes: ['read'] });
      const { body } = await api.ask(key, publish, { reports: [aReport()] });
      expect(body.errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN', rule: 'scope.missing' });
    });
  });

  describe('given bad input', () => {
    let key: string;
    beforeAll(async () => {
      key = (await api.partner('Careless')).apiKey;
    });
    afterEach(async () => expect(await reports()).toEqual([]));
    const post = (body: string, type = 'application/json') =>
      api.send({ headers: { 'content-type': type, authorization: `Bearer ${key}` }, body });

    it.each([
      ['malformed JSON', '{bad', 'application/json', 400, 'json.malformed'],
      ['no JSON at all', 'reports=1', 'application/xml', 415, 'body.type'],
    ])('refuses %s', async (_, body, type, status, rule) => {
      const reply = await post(body, type);
      expect(reply.status).toBe(status);
      expect(reply.body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_REQUEST', rule });
    });

    it.each(['text/plain', 'application/x-www-form-urlencoded'])(
      'refuses what a web page could send unasked (%s)',
      async (type) => {
        const { status, body } = await post(JSON.stringify({ query: '{ me { keyId } }' }), type);
        expect([400, 415]).toContain(status);
        expect(body.data).toBeUndefined();
      },
    );

    it('refuses GET, which would put values into logs on the way', async () => {
      const response = await fetch(`${api.url}/graphql?query={me{keyId}}`, {
        headers: { authorization: `Bearer ${key}` },
      });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
    });

    it.each([
      ['an unknown enum value', aReport({ source: 'HEARSAY' }), 'reports[0].source'],
      ['a wrong type', aReport({ confidence: 'very' }), 'reports[0].confidence'],
      ['an unknown field', aReport({ colour: 'red' }), 'reports[0]'],
      ['a missing field', { indicator: { text: 'evil.com' } }, 'reports[0]'],
    ])('names the field of %s', async (_, report, field) => {
      const { status, body } = await api.ask(key, publish, { reports: [report] });
      expect(status).toBe(400);
      expect(body.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field, rule: 'schema' });
      expect(body.errors?.[0]?.message.startsWith(`${field}: `)).toBe(true);
      expect(JSON.stringify(body)).not.toMatch(/HEARSAY|very|872-8010/);
    });

    it('answers 10,001 rows, and none, with a typed refusal', async () => {
      for (const count of [0, 10_001]) {
        const { body } = await api.ask(key, publish, { reports: Array.from({ length: count }, () => aReport()) });
        expect(body.data).toMatchObject({
          publishReports: { __typename: 'InputRejected', error: { field: 'reports', rule: 'batch.size' } },
        });
      }
    });

    it('answers an over-long text in its own row', async () => {
      const { body } = await api.ask(key, publish, { reports: [aReport({ indicator: { text: 'e'.repeat(3_000) } })] });
      expect(body.data).toMatchObject({
        publishReports: {
          accepted: 0,
          rows: [{ status: 'REJECTED', error: { field: 'indicator.text', rule: 'text.too-long' } }],
        },
      });
    });

    it('never writes values into its log', async () => {
      await api.ask(key, '{ lookUpIndicators(texts: ["+1 661 501 2041"]) { status } }');
      await api.ask(key, publish, { reports: [aReport({ indicator: { text: '1-661-501-2041' }, source: 'HEARSAY' })] });
      expect(api.logged.join('')).not.toContain('2041');
    });
  });

  it('takes 10,000 full rows in one call', async () => {
    const bulk = await api.partner('Bulk');
    const rows = Array.from({ length: 10_000 }, (_, index) =>
      aReport({ indicator: { text: `host-${index}.evil.com` }, externalId: `row-${index}`, note: 'n'.repeat(500) }),
    );
    const { body } = await api.ask(
      bulk.apiKey,
      publish.replace('rows { status reportId error { field rule message } }', ''),
      { reports: rows },
    );
    expect(body.data).toMatchObject({ publishReports: { accepted: 10_000, rejected: 0 } });
  });

  it('has the schema that is committed: npm run schema rewrites it', async () => {
    const { buildClientSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } = await import('graphql');
    const reader = await api.partner('Schema reader');
    const { body } = await api.ask(
      reader.apiKey,
      getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }),
    );
    const served = printSchema(lexicographicSortSchema(buildClientSchema(body.data as never)));
    expect(`${served}\n`).toBe(await readFile('schema.graphql', 'utf8'));
  });

  it('describes every type, field, argument and enum value', async () => {
    const { buildSchema, isEnumType, isInputObjectType, isObjectType } = await import('graphql');
    const types = Object.values(buildSchema(await readFile('schema.graphql', 'utf8')).getTypeMap());
    const bare = types
      .filter(
        ({ name }) =>
          !name.startsWith('__') && !['Query', 'Mutation', 'ID', 'Int', 'String', 'Boolean', 'Float'].includes(name),
      )
      .flatMap((type) => [
        ...(type.description ? [] : [type.name]),
        ...(isObjectType(type) || isInputObjectType(type) ? Object.entries<Described>(type.getFields()) : []).flatMap(
          ([name, field]) => (field.description ? [] : [`${type.name}.${name}`]),
        ),
        ...(isEnumType(type) ? type.getValues() : []).flatMap((value) =>
          value.description ? [] : [`${type.name}.${value.name}`],
        ),
      ]);
    const roots = types.filter(isObjectType).filter(({ name }) => name === 'Query' || name === 'Mutation');
    const bareRoots = roots.flatMap((root) =>
      Object.values(root.getFields()).flatMap((field) => [
        ...(field.description ? [] : [field.name]),
        ...field.args.flatMap((argument) => (argument.description ? [] : [`${field.name}(${argument.name})`])),
      ]),
    );
    expect([...bare, ...bareRoots]).toEqual([]);
  });

  it('is alive, and ready while its database answers', async () => {
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${api.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', database: 'ok' }]);
  });

  it('serves the GraphQL page whole, asking no third party for anything', async () => {
    const page = await (await fetch(`${api.url}/graphiql`)).text();
    expect(page).toContain('Crossline');
    expect(page).not.toMatch(/<(script|link)[^>]+(src|href)="https?:/);
  });
});

describe('the API without its database', () => {
  const database = aDatabase();
  const api = anApi(database);

  it('is alive, not ready, and tells no one why a request failed', async () => {
    const bank = await api.partner('Bank');
    await database.sql(
      'revoke execute on function app.organisation(), app.authenticate(text, bytea) from crossline_api',
    );
    const ready = await fetch(`${api.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', database: 'unavailable' }]);
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);

    const { status, body } = await api.ask(bank.apiKey, '{ me { keyId } }');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toMatch(/permission|function|authenticate/);
    await database.sql('grant execute on function app.organisation(), app.authenticate(text, bytea) to crossline_api');
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);
  });
});
