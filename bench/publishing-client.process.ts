import { Pool } from 'undici';
import { writtenReport } from './corpus.js';
import { serveParent } from './processes.js';

/** So many rows from the n-th on, by several clients at once; `prepare` makes the bodies, `go` sends them. */
export type PublishingQuestion =
  | {
      readonly step: 'prepare';
      readonly url: string;
      readonly apiKey: string;
      readonly groupId: string;
      readonly from: number;
      readonly rows: number;
      readonly rowsEachCall: number;
    }
  | { readonly step: 'go'; readonly clients: number };

/** What came of it. */
export interface Published {
  readonly sent: number;
  readonly accepted: number;
  readonly seconds: number;
}

const query = `mutation ($input: PublishReportsInput!) {
  publishReports(input: $input) {
    __typename
    ... on PublishReportsPayload { batchId accepted unchanged rejected rows { index status reportId indicatorId error { field rule message } } }
    ... on InputRejected { error { rule message } }
  }
}`;

interface Reply {
  readonly data?: { readonly publishReports: { readonly accepted?: number } };
}

let prepared:
  | { readonly bodies: string[]; readonly rows: number; readonly url: string; readonly headers: Record<string, string> }
  | undefined;

serveParent(undefined, async (question: PublishingQuestion) => {
  if (question.step === 'prepare') {
    const { url, apiKey, groupId, from, rows, rowsEachCall } = question;
    const bodies: string[] = [];
    for (let first = from; first < from + rows; first += rowsEachCall) {
      const reports = Array.from({ length: rowsEachCall }, (_, i) => writtenReport(first + i, groupId));
      bodies.push(JSON.stringify({ query, variables: { input: { reports } } }));
    }
    prepared = {
      bodies,
      rows,
      url,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    };
    return bodies.length;
  }
  if (!prepared) throw new Error('nothing was prepared');
  return publish(prepared, question.clients);
});

async function publish(
  { bodies, rows: sent, url, headers }: NonNullable<typeof prepared>,
  clients: number,
): Promise<Published> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: clients });
  let [next, accepted] = [0, 0];
  const client = async () => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const response = await pool.request({ path: pathname, method: 'POST', headers, body });
      const reply = (await response.body.json()) as Reply;
      const rows = reply.data?.publishReports.accepted;
      if (rows === undefined) throw new Error(`not published: ${JSON.stringify(reply).slice(0, 500)}`);
      accepted += rows;
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - started) / 1_000;
  await pool.close();
  return { sent, accepted, seconds };
}
