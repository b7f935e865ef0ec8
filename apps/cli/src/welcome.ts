import type { Demonstration } from './seed-demonstration.js';

/** What `npm start` prints: where it is and calls ready to paste. */
export function welcome({ url, organisations, groups }: Demonstration, demoFile: string): string {
  const [first, , police] = organisations;
  const [group] = groups;
  const call = (key: string, query: string) =>
    `  curl -s ${url}/graphql -H 'content-type: application/json' \\\n    -H 'authorization: Bearer ${key}' \\\n    -d '${JSON.stringify({ query })}'`;
  const publish =
    `mutation { publishReports(input: { reports: [{ indicator: { text: "+1 (888) 872-8010" }, role: CALLBACK, ` +
    `scamType: TECH_SUPPORT, source: TEST_CALL, audience: { groups: ["${group?.id ?? ''}"] } }] }) { ` +
    `... on PublishReportsPayload { batchId accepted rows { status indicatorId error { field rule message } } } } }`;
  const lookUp =
    '{ lookUpIndicators(texts: ["1-888-872-8010", "hxxps://evil[.]com/a"]) { status type indicator { value organisations { name } } } }';
  return [
    '',
    `Crossline is running at ${url}`,
    `GraphQL page: ${url}/graphiql     GraphQL: POST ${url}/graphql`,
    'The embedded PostgreSQL is in use: http webhook receivers on this machine are allowed (npm run receive).',
    '',
    'A demonstration exchange is set up; its keys:',
    ...organisations.map(({ name, apiKey }) => `  ${name.padEnd(22)} ${apiKey}`),
    `  (also in ${demoFile})`,
    '',
    `${first?.name ?? ''} publishes a number to the group "${group?.name ?? ''}":`,
    call(first?.apiKey ?? '', publish),
    '',
    `${police?.name ?? ''} looks it up, written another way:`,
    call(police?.apiKey ?? '', lookUp),
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
}

/** What `npm start` prints on a database of one's own: no demonstration, no keys. */
export const welcomeOperator = (url: string): string =>
  [
    '',
    `Crossline is running at ${url}`,
    `GraphQL page: ${url}/graphiql     GraphQL: POST ${url}/graphql`,
    '',
    'Make the first organisation and its key with:',
    '  npm run crossline -- organisation add "Example Bank" --kind COMPANY',
    '  npm run crossline -- key add "Example Bank"',
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
