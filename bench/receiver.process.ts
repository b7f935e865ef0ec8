import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveParent } from './processes.js';

/** Counts anew up to so many requests, or waits until they have come. */
export type ReceivingQuestion = { readonly step: 'expect'; readonly count: number } | { readonly step: 'wait' };

/** When the last of the expected requests had come, in Unix milliseconds with fractions; and how many came in all. */
export interface Received {
  readonly count: number;
  readonly lastAt: number;
}

/** Several ports, as deliveries to one host are bounded: endpoints in earnest are on many. */
const PORTS = 8;

let [expected, count, lastAt] = [0, 0, 0];
let all: () => void = () => undefined;
let arrived = Promise.resolve();

const server = () =>
  createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(204).end();
      if (++count > expected) return;
      lastAt = performance.timeOrigin + performance.now();
      if (count === expected) all();
    });
  });

const urls = await Promise.all(
  Array.from({ length: PORTS }, async () => {
    const listening = server().listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  }),
);

serveParent(urls, async (question: ReceivingQuestion): Promise<Received> => {
  if (question.step === 'wait') await arrived;
  else {
    [expected, count] = [question.count, 0];
    arrived = new Promise((done) => (all = done));
  }
  return { count, lastAt };
});
