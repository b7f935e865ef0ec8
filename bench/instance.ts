import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Secret } from '#config';
import { migrate, prepareRuntimeRoles, runtimeUrl, startEmbeddedPostgres, type RuntimeRole } from '#database';
import { scopes, newId, type Actor, type KeyId, type OrganisationId } from '#kernel';
import { migrations } from '#migrations';
import { Operator } from '#organisations';
import { prepareQueueDatabase } from '#queue';
import { startHelper, type Helper } from './processes.js';

/** One that publishes or asks, with its key. */
export interface Member {
  readonly name: string;
  readonly apiKey: string;
  readonly actor: Actor;
}

/** An exchange of a bench's own, on a database with the durability it has in earnest. */
export interface Instance {
  readonly secretText: string;
  readonly secret: Secret;
  readonly ownerUrl: string;
  readonly owner: pg.Pool;
  /** Where a runtime role logs in. */
  readonly urlOf: (role: RuntimeRole) => string;
  /** A new organisation of the group that everybody here belongs to. */
  member(name: string): Promise<Member>;
  readonly groupId: string;
  /** The API, in its own process; `profile` is a folder for its CPU profile. */
  startApi(profile?: string): Promise<Helper & { readonly url: string }>;
  /** What the product's processes are started with. */
  readonly environment: Record<string, string>;
  /** Nothing reported, nothing waiting, no dirty pages left over from the run before. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** The settings of `npm start`; fsync and synchronous commit stay on. */
const settings = ['-c', 'max_connections=200', '-c', 'shared_buffers=256MB'];

/** Runs a bench on an instance of its own; whatever it wants to keep until the end is stopped then, the newest first. */
export async function withInstance<T>(
  work: (instance: Instance, keep: <Part extends { stop(): Promise<void> }>(part: Part) => Part) => Promise<T>,
): Promise<T> {
  const instance = await openInstance();
  const kept: { stop(): Promise<void> }[] = [];
  try {
    return await work(instance, (part) => {
      kept.unshift(part);
      return part;
    });
  } finally {
    for (const part of kept) await part.stop();
    await instance.close();
  }
}

async function openInstance(): Promise<Instance> {
  const folder = await mkdtemp(join(tmpdir(), 'crossline-bench-'));
  await chmod(folder, 0o755);
  const server = await startEmbeddedPostgres(folder, settings);
  const onExit = () => {
    process.kill(server.pid, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  process.once('exit', onExit);

  const secretText = randomBytes(32).toString('base64url');
  const secret = new Secret(secretText);
  await migrate(server.url, migrations);
  await prepareRuntimeRoles(server.url, secret);
  await prepareQueueDatabase(server.url);
  const owner = new pg.Pool({ connectionString: server.url, max: 4 });
  owner.on('error', () => undefined); // the server may say goodbye before we do
  const operator = await Operator.connect(server.url, 'bench');
  const group = await operator.addGroup('Everybody');

  const bare = new URL(server.url);
  bare.username = '';
  bare.password = '';
  const environment = {
    DATABASE_URL: bare.href,
    CROSSLINE_DATA: folder,
    CROSSLINE_SECRET: secretText,
    CROSSLINE_LOOPBACK_RECEIVERS: 'true',
    NODE_ENV: 'production',
    PORT: '0',
  };
  return {
    secretText,
    secret,
    ownerUrl: server.url,
    owner,
    urlOf: (role) => runtimeUrl(server.url, role, secret),
    groupId: group.id,
    environment,
    member: async (name) => {
      const { id } = await operator.addOrganisation({ name, kind: 'COMPANY' });
      const { key } = await operator.addKey(id, { name: 'bench' });
      await operator.joinGroup(group.id, id);
      const actor = {
        organisationId: id as OrganisationId,
        keyId: 'bench' as KeyId,
        scopes: new Set(scopes),
        requestId: newId(),
      };
      return { name, apiKey: key, actor };
    },
    startApi: async (profile) => {
      const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
      const api = await startHelper('../apps/api/src/main.js', { env: environment, flags });
      return { ...api, url: `${(api.hello as { url: string }).url}/graphql` };
    },
    reset: async () => {
      await owner.query('truncate report, event_body, outbox, feed, idempotency');
      await owner.query('vacuum analyze report, event_body, outbox, feed');
      await owner.query('checkpoint');
    },
    close: async () => {
      await operator.close();
      await owner.end();
      await server.stop();
      process.off('exit', onExit);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
