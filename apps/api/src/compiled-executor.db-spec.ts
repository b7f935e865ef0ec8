import { aDatabase } from '#testing';
import { anApi } from './api-under-spec.js';

/** Three plain answers, then compiled ones. */
const TIMES = 6;

describe('an operation that keeps coming back', () => {
  const database = aDatabase();
  const api = anApi(database);
  let key: string;
  let writerKey: string;
  beforeAll(async () => {
    const bank = await api.partner('Bank');
    key = bank.apiKey;
    writerKey = (await api.operator.addKey(bank.id, { name: 'writes', scopes: ['reports:write'] })).key;
    await api.ask(key, publish, { reports: [{ ...report, firstSeen: '2026-01-01T00:00:00Z' }] });
  });

  const publish = `mutation ($reports: [ReportInput!]!) { publishReports(input: { reports: $reports }) {
    __typename ... on PublishReportsPayload { unchanged rejected rows { index status error { field rule } } } ... on InputRejected { error { rule } } } }`;
  const report = { indicator: { text: 'evil.com' }, source: 'TELEMETRY' };
  const changes = '__typename ... on ChangesPage { hasMore events { type payload } } ... on CursorInvalid { message }';
  const lookUp =
    'query ($texts: [String!]!, $type: IndicatorType, $region: String) { lookUpIndicators(texts: $texts, type: $type, region: $region)';

  it.each<[string, string, object]>([
    ['a query', '{ me { organisation { name kind } scopes } }', {}],
    [
      'fragments, aliases and a union',
      `{ a: changes { ...c } b: changes(after: "x") { ...c } } fragment c on ChangesResult { ${changes} }`,
      {},
    ],
    [
      'defaults of arguments',
      '{ reports { edges { node { value firstSeen lastSeen attributes { name value } } } pageInfo { hasNextPage } } }',
      {},
    ],
    ['a default of a variable', 'query ($first: Int = 1) { reports(first: $first) { edges { node { value } } } }', {}],
    [
      'a variable that is null',
      'query ($after: String) { reports(after: $after) { edges { node { value } } } }',
      { after: null },
    ],
    [
      'variables',
      `${lookUp} { index status error { rule } indicator { value reportCount firstSeen organisations { name } } } }`,
      { texts: ['evil[.]com', '?', 'absent.com'] },
    ],
    ['an enum', `${lookUp} { status type } }`, { texts: ['evil.com'], type: 'URL' }],
    ['an unknown enum value', `${lookUp} { status type } }`, { texts: ['evil.com'], type: 'FAX' }],
    ['a wrong type', `${lookUp} { status } }`, { texts: [7] }],
    ['a single value for a list', `${lookUp} { status } }`, { texts: 'evil.com' }],
    ['a missing variable', `${lookUp} { status } }`, {}],
    [
      'reports that are asked for',
      `${lookUp} { ...r } } fragment r on LookUpRow { indicator { reports { value mine tlp } } }`,
      { texts: ['evil.com'] },
    ],
    ['an argument that no schema can check', '{ reports(first: 0) { edges { cursor } } }', {}],
    ['two faults', '{ a: reports(first: 0) { edges { cursor } } b: indicators(first: 999) { edges { cursor } } }', {}],
    ['null and something', '{ indicator(id: "x") { value } me { keyId } }', {}],
    ['directives', 'query ($yes: Boolean!) { me { keyId @skip(if: $yes) scopes @include(if: $yes) } }', { yes: true }],
    [
      'the same directives the other way',
      'query ($yes: Boolean!) { me { keyId @skip(if: $yes) scopes @include(if: $yes) } }',
      { yes: false },
    ],
    [
      'an input object in the document',
      '{ reports(filter: { indicatorTypes: [DOMAIN] }) { edges { node { value } } } }',
      {},
    ],
    [
      'an input object in a variable',
      'query ($f: ReportFilterInput) { reports(filter: $f) { edges { node { value } } } }',
      { f: { minConfidence: 60 } },
    ],
    ['a mutation whose input has defaults', publish, { reports: [{ ...report, firstSeen: '2026-01-01T00:00:00Z' }] }],
    ['a mutation that is refused', publish, { reports: [] }],
    ['introspection', '{ __type(name: "Report") { kind fields { name } } }', {}],
  ])('is answered the same, compiled or not: %s', async (_, query, variables) => {
    const answers = new Set<string>();
    for (let time = 0; time < TIMES; time++) {
      const { status, body } = await api.ask(key, query, variables);
      answers.add(JSON.stringify({ status, body }));
    }
    expect([...answers]).toHaveLength(1);
  });

  it('keeps the answers of two callers apart, who ask at the same moment', async () => {
    const shop = await api.partner('Shop');
    const ask = (apiKey: string) => api.ask(apiKey, 'query Who { me { organisation { name } } }');
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => ask(index % 2 ? key : shop.apiKey)));
    const names = answers.map(
      ({ body }) => (body.data as { me: { organisation: { name: string } } }).me.organisation.name,
    );
    expect(names).toEqual(names.map((__, index) => (index % 2 ? 'Bank' : 'Shop')));
  });

  it('is denied the same to a key without the scope', async () => {
    for (let time = 0; time < TIMES; time++) {
      const { body } = await api.ask(writerKey, `${lookUp} { status } }`, { texts: ['evil.com'] });
      expect(body.errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN', rule: 'scope.missing' });
    }
  });
});
