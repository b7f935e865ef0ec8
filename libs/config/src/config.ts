import { resolve } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);
const url = (protocols: RegExp) => z.url({ protocol: protocols });

const environment = z.object({
  DATABASE_URL: url(/^postgres(ql)?$/).optional(),
  REDIS_URL: url(/^rediss?$/).optional(),
  PORT: port.default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  CROSSLINE_DATA: z.string().min(1).default('.crossline'),
  CROSSLINE_SECRET: z.string().min(32).optional(),
  CROSSLINE_LOOPBACK_RECEIVERS: z.stringbool().default(false),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(1024).default(256),
});

/** Everything the environment decides. */
export interface Config {
  /** A PostgreSQL of one's own; absent means the embedded one. */
  readonly databaseUrl: string | undefined;
  /** A Redis or Valkey for BullMQ; absent means BullMQ on PostgreSQL. */
  readonly redisUrl: string | undefined;
  readonly port: number;
  /** The address the API listens on. */
  readonly host: string;
  /** The folder of the embedded database, the secret and demo.json. */
  readonly dataFolder: string;
  /** The installation's secret, from which all keys are derived; absent means the one kept in the data folder. */
  readonly secret: string | undefined;
  /** Whether webhooks may go to http receivers on this machine; `npm start` allows it with the embedded database. */
  readonly loopbackReceivers: boolean;
  /** Webhook requests in flight for each worker. */
  readonly workerConcurrency: number;
}

/** Names of every variable that {@link readConfig} reads. */
export const variableNames = Object.keys(environment.shape);

/** Reads and checks the environment. The error names the variable and the rule, never the value. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable is an unset one: that is how shells and compose files say "none".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, code }) => `${path.join('.')} is not valid (${code})`);
    throw new Error(`Configuration: ${faults.join('; ')}`);
  }
  const read = parsed.data;
  return {
    databaseUrl: read.DATABASE_URL,
    redisUrl: read.REDIS_URL,
    port: read.PORT,
    host: read.HOST,
    dataFolder: resolve(read.CROSSLINE_DATA),
    secret: read.CROSSLINE_SECRET,
    loopbackReceivers: read.CROSSLINE_LOOPBACK_RECEIVERS,
    workerConcurrency: read.WORKER_CONCURRENCY,
  };
}
