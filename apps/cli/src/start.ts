import { join } from 'node:path';
import pg from 'pg';
import { loadSecret, readConfig, type Config } from '#config';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#database';
import { prepareDatabase } from './prepare-database.js';
import { readDemonstration, seedDemonstration, writeDemonstration } from './seed-demonstration.js';
import { startChild, stopChild, type Child } from './supervise.js';
import { welcome, welcomeOperator } from './welcome.js';

/** Held while `npm start` runs on a database: a second one must neither run beside it nor stop its database. */
const START_LOCK = `select pg_try_advisory_lock(hashtext('crossline.start')) as held`;

/** `npm start`: everything from nothing, on the embedded database or on the one given. */
class Start {
  private embedded: EmbeddedPostgres | undefined;
  private lock: pg.Client | undefined;
  private readonly children: Child[] = [];
  private stopping: Promise<void> | undefined;

  constructor(private readonly config: Config) {}

  async run(): Promise<void> {
    const { config } = this;
    const secret = await loadSecret(config);
    const ownerUrl = await this.database();
    if (!(await this.alone(ownerUrl))) throw new Error('Crossline is already running on this database.');
    await prepareDatabase(ownerUrl, config, secret);

    const env = this.childEnvironment(ownerUrl);
    const api = startChild('api', env);
    const worker = startChild('worker', env);
    this.children.push(api, worker);
    const [{ url }] = (await Promise.all([api.ready, worker.ready])) as [{ url: string }, unknown];
    for (const { process: child } of this.children) {
      child.once('exit', () => void this.stop(1)); // half an exchange is worse than none
    }
    console.log(await this.greeting(ownerUrl, url));
  }

  /** In the order that loses nothing: who takes requests first, the database last. */
  stop(exitCode: number): Promise<void> {
    this.stopping ??= (async () => {
      await Promise.all(this.children.map(stopChild));
      await this.lock?.end().catch(() => undefined);
      await this.embedded?.stop();
      process.exit(exitCode);
    })();
    return this.stopping;
  }

  private async database(): Promise<string> {
    if (this.config.databaseUrl !== undefined) return this.config.databaseUrl;
    const embedded = await startEmbeddedPostgres(this.config.dataFolder, [
      '-c',
      'max_connections=200',
      '-c',
      'shared_buffers=256MB',
    ]);
    if (embedded.adopted) console.log('Took over the database that an earlier run left behind.');
    this.embedded = embedded;
    return embedded.url;
  }

  private async alone(ownerUrl: string): Promise<boolean> {
    const lock = new pg.Client(ownerUrl);
    lock.on('error', () => void this.stop(1));
    await lock.connect();
    const { rows } = await lock.query<{ held: boolean }>(START_LOCK);
    if (rows[0]?.held) {
      this.lock = lock;
      return true;
    }
    await lock.end();
    this.embedded = undefined; // it is the other one's
    return false;
  }

  /** Children log in as their own roles and never see the owner's password. */
  private childEnvironment(ownerUrl: string): NodeJS.ProcessEnv {
    const url = new URL(ownerUrl);
    url.username = '';
    url.password = '';
    const { dataFolder, port, host, secret, redisUrl } = this.config;
    return {
      PATH: process.env['PATH'], // eslint-disable-line no-restricted-properties -- handed on, not read
      DATABASE_URL: url.href,
      CROSSLINE_DATA: dataFolder,
      PORT: `${port}`,
      HOST: host,
      NODE_ENV: 'production',
      ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
      ...(secret !== undefined && { CROSSLINE_SECRET: secret }),
      ...(this.embedded && { CROSSLINE_LOOPBACK_RECEIVERS: 'true' }),
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

const start = new Start(readConfig());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void start.stop(0));
try {
  await start.run();
} catch (error) {
  console.error(`crossline: ${error instanceof Error ? error.message : String(error)}`);
  await start.stop(1);
}
