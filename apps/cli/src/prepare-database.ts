import { type Config, type Secret } from '#config';
import { migrate, prepareRuntimeRoles } from '#database';
import { migrations } from '#migrations';
import { prepareQueueDatabase } from '#queue';

/** Brings a database up to date: tables, policies, runtime roles, and the queues' schema where they live in it. */
export async function prepareDatabase(ownerUrl: string, config: Config, secret: Secret): Promise<string[]> {
  const applied = await migrate(ownerUrl, migrations);
  await prepareRuntimeRoles(ownerUrl, secret);
  if (config.redisUrl === undefined) await prepareQueueDatabase(ownerUrl);
  return applied;
}
