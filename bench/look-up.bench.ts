import { canonicalise, indicatorId } from '#canonical';
import type { BareAnswer, BareQuestion } from './bare-look-up.process.js';
import { writtenIndicator, type WrittenIndicator } from './corpus.js';
import { alternately, amount, compare, median, type Answer, type BenchOptions } from './harness.js';
import { withInstance } from './instance.js';
import type { LookedUp, LookUpQuestion } from './look-up-client.process.js';
import { startHelper } from './processes.js';
import { Publishers } from './publishing.js';

const TEXTS = 500;
const KNOWN_ROWS = 100_000;
const CALLS_EACH_RUN = 40;
/** No row of these was ever published. */
const UNKNOWN_FROM = 5_000_000;
/** A prime: spreads what is asked over all that is known, and over all kinds. */
const STEP = 7_919;

/** Looking texts up, next to what the libraries and one query cost by themselves. */
export const lookUp = ({ scale, profile, ...options }: BenchOptions): Promise<Answer> =>
  withInstance(async (instance, keep) => {
    const known = Math.ceil((KNOWN_ROWS * scale) / 1_000) * 1_000;
    const publisher = await instance.member('Publisher');
    const reader = await instance.member('Reader');
    const api = keep(await instance.startApi(profile));
    const publishers = keep(await Publishers.start(instance, publisher, api.url));
    const client = keep(await startHelper('./look-up-client.process.js'));
    const bare = keep(await startHelper('./bare-look-up.process.js'));

    await publishers.prepare(known);
    await publishers.go();
    await publishers.stop();
    await instance.owner.query('vacuum analyze report');

    const asked = Array.from({ length: TEXTS }, (_, i) =>
      writtenIndicator(((i * STEP) % known) + (i % 2 === 0 ? 0 : UNKNOWN_FROM)),
    );
    const texts = asked.map(({ text }) => text);
    const ask = (calls: number) =>
      client.ask<LookedUp>({ url: api.url, apiKey: reader.apiKey, texts, calls } satisfies LookUpQuestion);
    const { found, rejected } = await ask(CALLS_EACH_RUN); // warms the API
    if (rejected > 0 || found !== TEXTS / 2) throw new Error(`${found} of ${TEXTS} texts found, ${rejected} rejected`);
    const idKey = instance.secret.key('indicator-id');
    const indicatorIds = texts.flatMap((text) => {
      const read = canonicalise({ text });
      return read.ok ? indicatorId(idKey, read.indicator.type, read.indicator.value) : [];
    });

    let sqlShare: number[] = [];
    const [throughApi, alone] = await alternately(options, [
      { name: 'lookUpIndicators over GraphQL', unit: 'ms', run: async () => median((await ask(CALLS_EACH_RUN)).ms) },
      {
        name: 'bare libraries and raw SQL',
        unit: 'ms',
        run: async () => {
          const question = {
            ownerUrl: instance.ownerUrl,
            texts: asked.map(tidied),
            indicatorIds,
            calls: CALLS_EACH_RUN,
          };
          const { ms, sqlMs } = await bare.ask<BareAnswer>(question satisfies BareQuestion);
          sqlShare = [...sqlShare, median(sqlMs)];
          return median(ms);
        },
      },
    ]);
    return {
      title: 'Look-up',
      findings: [compare(throughApi, alone, { atMost: 2 })],
      notes: [
        `${TEXTS} texts a call, half of them known, among ${amount(known)} reports of another organisation; calls one after the other, the median of ${CALLS_EACH_RUN} for each run.`,
        `Of the baseline ${amount(median(sqlShare))} ms are the query, by a role without policies; the libraries get the texts with their defanging undone beforehand.`,
      ],
    };
  });

/** Defanging undone: the libraries do not know it. */
function tidied({ kind, text }: WrittenIndicator): WrittenIndicator {
  return { kind, text: text.replace(/^hxxp/, 'http').replace('[.]', '.') };
}
