import { loadSecret, type Config } from '#config';
import { ContextSeal, createSource, Db, runtimeUrl } from '#database';
import { Sequencer } from '#feed';
import { createLog } from '#observability';
import { Queues } from '#queue';
import { Delivery, Poster, SealedSecrets } from '#webhooks';

export interface Worker {
  start(): Promise<void>;
  /** Finishes what is in flight and records it. */
  stop(): Promise<void>;
}

const FORGET_EVERY_MS = 3_600_000;

/** Sequencer, webhook delivery and sweeps: any number of these may run. */
export async function createWorker(config: Config): Promise<Worker> {
  if (config.databaseUrl === undefined)
    throw new Error('The worker needs DATABASE_URL; npm start runs the embedded database.');
  const log = createLog('worker');
  const secret = await loadSecret(config);
  const url = runtimeUrl(config.databaseUrl, 'worker', secret);
  const source = await createSource(url).initialize();
  const db = new Db(source, new ContextSeal(secret.key('context')));

  const queueFailed = (error: unknown) => log.error('queue.failed', error);
  const queues =
    config.redisUrl === undefined ? Queues.onPostgres(url, queueFailed) : Queues.onRedis(config.redisUrl, queueFailed);
  const poster = new Poster({ allowLoopbackHttp: config.loopbackReceivers });
  const delivery = new Delivery(db, poster, new SealedSecrets(secret.key('webhook-secret')), queues, {
    listenUrl: url,
    concurrency: config.workerConcurrency,
    onError: (error) => log.error('delivery.failed', error),
  });
  const sequencer = new Sequencer(db, url, {
    sequenced: (audienceIds) => void delivery.wake(audienceIds),
    failed: (error) => log.error('sequencer.failed', error),
  });
  const forget = () =>
    db
      .asSystem('old answers are not kept', (tx) => tx.query('select app.forget_old_answers()'))
      .catch((error: unknown) => log.error('sweep.failed', error));
  let timer: NodeJS.Timeout | undefined;

  return {
    start: async () => {
      await delivery.start();
      await sequencer.start();
      timer = setInterval(() => void forget(), FORGET_EVERY_MS);
    },
    stop: async () => {
      clearInterval(timer);
      await sequencer.stop();
      await delivery.stop();
      await queues.close();
      await poster.close();
      await db.close();
    },
  };
}
