import {
  audienceOf,
  BODY,
  IN_FLIGHT,
  makeEndpoints,
  publishEvents,
  Receiver,
  settled,
  startWorker,
  wakeUps,
} from './delivering.js';
import { alternately, amount, compare, median, type Answer, type BenchOptions, type Finding } from './harness.js';
import { withInstance } from './instance.js';
import { startHelper } from './processes.js';
import type { SendingQuestion } from './raw-sender.process.js';
import { redisIsInstalled, startRedis } from './redis.js';

const ORGANISATIONS = 20;
const ENDPOINTS_EACH = 50;
const FEW = 2;
const EVENTS = 100;
const FAN_OUTS_EACH_RUN = 5;

/** Deliveries a second, next to a loop that only signs and POSTs the same bytes. */
export const delivery = ({ scale, ...options }: BenchOptions): Promise<Answer> =>
  withInstance(async (instance, keep) => {
    const receiver = keep(await Receiver.start());
    const sender = keep(await startHelper('./raw-sender.process.js'));
    const publisher = await instance.member('Publisher');
    const owners = [];
    for (let i = 0; i < ORGANISATIONS; i++) owners.push(await instance.member(`Receiver ${i}`));
    const api = await instance.startApi();
    const urls = await makeEndpoints(api.url, owners, ENDPOINTS_EACH, receiver);
    await api.stop();
    const [few, all] = [FEW * ENDPOINTS_EACH, ORGANISATIONS * ENDPOINTS_EACH];
    const fewAudience = await audienceOf(instance, owners.slice(0, FEW), []);
    const allAudience = await audienceOf(instance, [], [instance.groupId]);
    const events = Math.max(10, Math.round(EVENTS * scale));

    const findings: Finding[] = [];
    const notes: string[] = [];
    for (const queue of redisIsInstalled ? (['PostgreSQL', 'Redis'] as const) : (['PostgreSQL'] as const)) {
      const redis = queue === 'Redis' ? keep(await startRedis()) : undefined;
      const worker = keep(await startWorker(instance, redis));
      const wakesEach: number[] = [];

      const deliver = async () => {
        await settled(instance);
        const ms = await receiver.time(few * events, () => publishEvents(instance, publisher, fewAudience, events));
        return (few * events * 1_000) / ms;
      };
      const fanOut = async () => {
        const times: number[] = [];
        for (let i = 0; i < FAN_OUTS_EACH_RUN; i++) {
          await settled(instance);
          const before = await wakeUps(instance, redis);
          times.push(await receiver.time(all, () => publishEvents(instance, publisher, allAudience, 1)));
          await settled(instance);
          wakesEach.push((await wakeUps(instance, redis)) - before);
        }
        return (all * 1_000) / median(times);
      };
      const send = async () => {
        const question = { urls: urls.slice(0, few), requests: few * events, inFlight: IN_FLIGHT, body: BODY };
        const ms = await receiver.time(question.requests, () => sender.ask(question satisfies SendingQuestion));
        return (question.requests * 1_000) / ms;
      };

      await deliver(); // windows start at one request in flight
      const unit = 'POST/s';
      const [delivered, fanned, raw] = await alternately(options, [
        { name: `${few} endpoints, queue on ${queue}`, unit, run: deliver },
        { name: `one event to ${amount(all)} endpoints, queue on ${queue}`, unit, run: fanOut },
        { name: 'raw loop that signs and POSTs', unit, run: send },
      ]);
      findings.push(compare(delivered, raw, { atLeast: 0.5 }), compare(fanned, raw, { atLeast: 0.25 }));
      notes.push(
        `One event to ${amount(all)} endpoints on ${queue}: ${amount(median(wakesEach))} jobs in the median, ${amount(Math.max(...wakesEach))} at most (wanted at most 16), ${amount((all / median(fanned.values)) * 1_000)} ms from commit to the last arrival.`,
      );
      await worker.stop();
    }
    notes.push(
      'Where the time goes: a delivery takes the worker’s one thread about 100 µs, of which signing and POSTing alone are 40 to 50, PostgreSQL about 40 (reading under the audiences, an attempt row for each request, cursors) and the receiver 35. The raw loop takes 35 on each of the two cores, so half its rate leaves the worker 75; what is above that is falling short.',
    );
    if (!redisIsInstalled) notes.push('No redis-server here, so nothing was measured on Redis.');
    notes.push(
      `Bodies of ${amount(Buffer.byteLength(BODY))} bytes, ${IN_FLIGHT} requests in flight on both sides, ${amount(few * events)} requests a run from the commit of ${events} events to the last arrival, sequencing, reading under the audiences, attempts and cursors included.`,
    );
    return { title: 'Webhook delivery', findings, notes };
  });
