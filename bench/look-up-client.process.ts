import { Client } from 'undici';
import { serveParent } from './processes.js';

/** The same texts asked about so many times, one call after the other. */
export interface LookUpQuestion {
  readonly url: string;
  readonly apiKey: string;
  readonly texts: readonly string[];
  readonly calls: number;
}

/** Milliseconds of each call, and how many texts were found and how many not understood. */
export interface LookedUp {
  readonly ms: readonly number[];
  readonly found: number;
  readonly rejected: number;
}

const query = `query ($texts: [String!]!) {
  lookUpIndicators(texts: $texts) {
    index status type error { rule } indicator { id value reportCount firstSeen lastSeen organisations { id name } }
  }
}`;

interface Reply {
  readonly data?: { readonly lookUpIndicators: readonly { readonly status: string }[] };
}

serveParent(undefined, async ({ url, apiKey, texts, calls }: LookUpQuestion): Promise<LookedUp> => {
  const { origin, pathname: path } = new URL(url);
  const client = new Client(origin);
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ query, variables: { texts } });
  const ms: number[] = [];
  let rows: NonNullable<Reply['data']>['lookUpIndicators'] = [];
  for (let call = 0; call < calls; call++) {
    const started = performance.now();
    const response = await client.request({ path, method: 'POST', headers, body });
    const reply = (await response.body.json()) as Reply;
    ms.push(performance.now() - started);
    if (!reply.data) throw new Error(`not answered: ${JSON.stringify(reply).slice(0, 500)}`);
    rows = reply.data.lookUpIndicators;
  }
  await client.close();
  const count = (wanted: string) => rows.filter(({ status }) => status === wanted).length;
  return { ms, found: count('FOUND'), rejected: count('REJECTED') };
});
