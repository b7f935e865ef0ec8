import { setTimeout as sleep } from 'node:timers/promises';
import { alternately, amount, compare, type Answer, type BenchOptions } from './harness.js';
import { withInstance, type Instance } from './instance.js';
import { startHelper } from './processes.js';
import { Publishers } from './publishing.js';

const BACKLOG = 100_000;

/** How quickly a backlog gets its places in the feed, next to how quickly it was published. */
export const sequencer = ({ scale, profile, ...options }: BenchOptions): Promise<Answer> =>
  withInstance(async (instance, keep) => {
    const backlog = Math.ceil((BACKLOG * scale) / 1_000) * 1_000;
    const publisher = await instance.member('Publisher');
    await instance.member('Reader');
    const api = keep(await instance.startApi(profile));
    const publishers = keep(await Publishers.start(instance, publisher, api.url));

    await publishers.prepare(20_000);
    await publishers.go(); // warms the API

    const unit = 'events/s';
    const [published, sequenced] = await alternately(options, [
      {
        name: 'published through GraphQL',
        unit,
        run: async () => {
          await publishers.prepare(backlog);
          await instance.reset();
          return publishers.go();
        },
      },
      {
        name: 'sequenced',
        unit,
        run: async () => {
          await instance.owner.query('checkpoint');
          return drain(instance, backlog);
        },
      },
    ]);
    return {
      title: 'Sequencer',
      findings: [compare(sequenced, published, { atLeast: 2.5 })],
      notes: [
        `A backlog of ${amount(backlog)} events, published as in “Bulk publish”, then drained by one sequencer in its own process.`,
      ],
    };
  });

/** Events a second, from the first look at the outbox until it is empty. */
async function drain({ owner, urlOf, secretText }: Instance, backlog: number): Promise<number> {
  const process = await startHelper('./sequencer.process.js', { args: [urlOf('worker'), secretText] });
  try {
    const head = async () => {
      const { rows } = await owner.query<{ head: string }>('select head from feed_head');
      return Number(rows[0]?.head);
    };
    const target = (await head()) + backlog;
    // Its own first look comes at most a poll (250 ms) after this, so a notification starts it, as a commit does.
    await process.ask('start');
    const started = performance.now();
    await owner.query(`select pg_notify('crossline_outbox', '')`);
    while ((await head()) < target) {
      if (performance.now() - started > 120_000) throw new Error('the backlog was not drained in two minutes');
      await sleep(5);
    }
    return (backlog / (performance.now() - started)) * 1_000;
  } finally {
    await process.stop();
  }
}
