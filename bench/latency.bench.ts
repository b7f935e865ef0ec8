import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'undici';
import { writtenReport } from './corpus.js';
import { makeEndpoints, Receiver, settled, startWorker } from './delivering.js';
import { amount, percentile, type Answer, type BenchOptions } from './harness.js';
import { withInstance } from './instance.js';
import { redisIsInstalled, startRedis } from './redis.js';

const SAMPLES = 200;
const WARM_UP = 20;
const PAUSE_MS = 25;

/** From sending a publication of one report until its webhook has arrived, on an idle exchange. */
export const latency = ({ scale, say }: BenchOptions): Promise<Answer> =>
  withInstance(async (instance, keep) => {
    const receiver = keep(await Receiver.start());
    const publisher = await instance.member('Publisher');
    const reader = await instance.member('Reader');
    const api = keep(await instance.startApi());
    await makeEndpoints(api.url, [reader], 1, receiver);
    const { origin, pathname: path } = new URL(api.url);
    const client = new Client(origin);
    const headers = { authorization: `Bearer ${publisher.apiKey}`, 'content-type': 'application/json' };
    const query = `mutation ($input: PublishReportsInput!) { publishReports(input: $input) { ... on PublishReportsPayload { accepted } } }`;
    let n = 0;
    const publish = async () => {
      const body = JSON.stringify({ query, variables: { input: { reports: [writtenReport(n++, instance.groupId)] } } });
      const response = await client.request({ path, method: 'POST', headers, body });
      const text = await response.body.text();
      if (!text.includes('"accepted":1')) throw new Error(`not published: ${text.slice(0, 500)}`);
    };

    const samples = Math.max(20, Math.round(SAMPLES * scale));
    const notes: string[] = [];
    for (const queue of redisIsInstalled ? (['PostgreSQL', 'Redis'] as const) : (['PostgreSQL'] as const)) {
      const worker = keep(await startWorker(instance, queue === 'Redis' ? keep(await startRedis()) : undefined));
      const times: number[] = [];
      for (let i = 0; i < WARM_UP + samples; i++) {
        await settled(instance);
        await sleep(PAUSE_MS * (0.5 + Math.random())); // not in step with any timer
        const ms = await receiver.time(1, publish);
        if (i >= WARM_UP) times.push(ms);
      }
      await worker.stop();
      const note = `Queue on ${queue}: p50 ${amount(percentile(times, 50))} ms, p99 ${amount(percentile(times, 99))} ms, most ${amount(Math.max(...times))} ms of ${samples}.`;
      say(`  ${note}`);
      notes.push(note);
    }
    await client.close();
    return { title: 'Publish to receive', findings: [], notes };
  });
