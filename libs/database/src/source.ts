import { DataSource, type MigrationInterface } from 'typeorm';

/** A pool. `pipeline` sends queries without waiting for the answer to the one before. */
export function createSource(url: string, { poolSize = 8, pipeline = true } = {}): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    poolSize,
    entities: [],
    applicationName: 'crossline',
    // A transaction that publishes never holds back the sequencer's floor, and none outlives its signed context.
    extra: { pipeline, options: '-c transaction_timeout=30s -c idle_in_transaction_session_timeout=5s' },
  });
}

/** Brings the database up to date; answers with the names applied. Several may call it at once: one works, the others wait. */
export async function migrate(url: string, migrations: (new () => MigrationInterface)[]): Promise<string[]> {
  const source = await new DataSource({
    type: 'postgres',
    url,
    migrations,
    migrationsTransactionMode: 'each',
  }).initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.query(`select pg_advisory_lock(hashtext('crossline.migrations'))`);
    return (await source.runMigrations()).map(({ name }) => name);
  } finally {
    await lock.release();
    await source.destroy();
  }
}
