import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSecret, readConfig, type Config } from '#config';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#database';
import { prepareDatabase } from './prepare-database.js';
import { forgetDemonstration, readDemonstration, seedDemonstration, writeDemonstration } from './seed-demonstration.js';
import { holdStartLock, type StartLock } from './start-lock.js';
import { startChild, stopChild, type Child } from './supervise.js';
import { welcome, welcomeOperator } from './welcome.js';

/** How long what an earlier start left may take to go. */
const PATIENCE_MS = 3_000;

/** For a demonstration or a pilot on one machine. */
const EMBEDDED_FLAGS = ['-c', 'max_connections=200', '-c', 'shared_buffers=256MB'];

/** `npm start`: everything from nothing, on the embedded database or on the one given. */
class Start {
  private embedded: Promise<EmbeddedPostgres> | undefined;
  private lock: StartLock | undefined;
  private readonly children: Child[] = [];
  private stopping: Promise<void> | undefined;

  constructor(private readonly config: Config) {}

  async run(): Promise<void> {
    const { config } = this;
    const secret = await loadSecret(config);
    const ownerUrl = await this.takeDatabase();
    const embedded = await this.embedded;
    // The API of a killed start needs a moment to see that it is alone.
    await patiently(embedded?.adopted ? PATIENCE_MS : 0, () => portIsFree(config), portIsTaken(config));
    if (embedded?.adopted) console.log('Took over the database that an earlier run left behind.');
    if (embedded?.fresh) await forgetDemonstration(config.dataFolder);
    await prepareDatabase(ownerUrl, config, secret);
    if (this.stopping) return;

    const env = this.childEnvironment(ownerUrl);
    const api = startChild('api', env);
    const worker = startChild('worker', env);
    this.children.push(api, worker);
    const [{ url }] = (await Promise.all([api.ready, worker.ready])) as [{ url: string }, unknown];
    for (const { name, process: child } of this.children) {
      // Half an exchange is worse than none.
      child.once('exit', (code, signal) => void this.fail(`The ${name} ended with ${code ?? signal ?? 'nothing'}.`));
    }
    console.log(await this.greeting(ownerUrl, url));
  }

  /** In the order that loses nothing: who takes requests first, the database last. */
  stop(exitCode: number): Promise<void> {
    this.stopping ??= (async () => {
      await Promise.all(this.children.map(stopChild));
      const embedded = await this.embedded?.catch(() => undefined);
      // Found running and not held: it is another start's.
      if (embedded && (this.lock ?? !embedded.adopted)) await embedded.stop();
      await this.lock?.release();
      process.exit(exitCode);
    })();
    return this.stopping;
  }

  /** Says why, unless we are stopping anyway and it only fell with the rest. */
  async fail(reason: string): Promise<void> {
    if (!this.stopping) console.error(`crossline: ${reason}`);
    await this.stop(1);
  }

  /** The database, held for us alone. */
  private async takeDatabase(): Promise<string> {
    const { databaseUrl, dataFolder } = this.config;
    let ownerUrl = '';
    const take = async () => {
      if (databaseUrl === undefined) this.embedded = startEmbeddedPostgres(dataFolder, EMBEDDED_FLAGS);
      ownerUrl = databaseUrl ?? (await this.embedded)?.url ?? '';
      this.lock = await holdStartLock(ownerUrl);
      if (!this.lock) this.embedded = undefined; // it is the other one's, also where we were the quicker to start it
      return this.lock !== undefined;
    };
    // A start that is being stopped still holds it, and takes its database down with it.
    await patiently(PATIENCE_MS, take, 'Crossline is already running on this database.');
    this.lock?.onLost(() => void this.fail('The database is gone.'));
    return ownerUrl;
  }

  /** Children log in as their own roles and never see the owner's password. */
  private childEnvironment(ownerUrl: string): NodeJS.ProcessEnv {
    const url = new URL(ownerUrl);
    url.username = '';
    url.password = '';
    const { dataFolder, port, host, secret, redisUrl, workerConcurrency, loopbackReceivers } = this.config;
    return {
      PATH: process.env.PATH, // eslint-disable-line no-restricted-properties -- handed on, not read
      DATABASE_URL: url.href,
      CROSSLINE_DATA: dataFolder,
      PORT: `${port}`,
      HOST: host,
      WORKER_CONCURRENCY: `${workerConcurrency}`,
      NODE_ENV: 'production',
      ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
      ...(secret !== undefined && { CROSSLINE_SECRET: secret }),
      ...((this.embedded ?? loopbackReceivers) && { CROSSLINE_LOOPBACK_RECEIVERS: 'true' }),
    };
  }

  private async greeting(ownerUrl: string, url: string): Promise<string> {
    if (!this.embedded) return welcomeOperator(url);
    const { dataFolder } = this.config;
    const seeded = (await readDemonstration(dataFolder)) ?? (await seedDemonstration(ownerUrl));
    const demonstration = { ...seeded, url };
    await writeDemonstration(dataFolder, demonstration);
    return welcome(demonstration, join(dataFolder, 'demo.json'));
  }
}

/** Tries until it succeeds, for a while; then fails with what the last attempt threw, or with these words. */
async function patiently(forMs: number, attempt: () => Promise<boolean>, failure: string): Promise<void> {
  const until = Date.now() + forMs;
  for (;;) {
    const done = await attempt().catch((error: unknown) => {
      if (Date.now() >= until) throw error;
      return false;
    });
    if (done) return;
    if (Date.now() >= until) throw new Error(failure);
    await sleep(100);
  }
}

/** The API would find out too, but only after everything else was started. */
async function portIsFree({ port, host }: Config): Promise<boolean> {
  const probe = createServer().listen(port, host);
  try {
    await once(probe, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}

const portIsTaken = ({ port }: Config) => `Port ${port} is taken. Choose another: PORT=${port + 1} npm start`;

try {
  const start = new Start(readConfig());
  // Not once: npm passes Ctrl-C on to us that we got from the terminal already, and the second must not kill.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void start.stop(0));
  // A killed npm takes nobody along, and nobody could stop us then.
  const parent = process.ppid;
  const orphaned = () => process.ppid !== parent && void start.stop(0);
  if (process.argv.includes('--until-parent-ends')) setInterval(orphaned, 200).unref();
  await start.run().catch((error: unknown) => start.fail(error instanceof Error ? error.message : String(error)));
} catch (error) {
  console.error(`crossline: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
