import pg from 'pg';

/** A hold on a database that ends with its connection, so also with the process. */
export interface StartLock {
  /** Called when the connection is lost, and the hold with it. */
  onLost(call: () => void): void;
  release(): Promise<void>;
}

/** Held while `npm start` runs on a database: a second one must neither run beside it nor stop its database. */
export async function holdStartLock(ownerUrl: string): Promise<StartLock | undefined> {
  const client = new pg.Client(ownerUrl);
  let lost: () => void = () => undefined;
  let released = false;
  client.on('error', () => {
    if (!released) lost();
  });
  await client.connect();
  const release = async () => {
    released = true;
    await client.end().catch(() => undefined);
  };
  const { rows } = await client.query<{ held: boolean }>(
    `select pg_try_advisory_lock(hashtext('crossline.start')) as held`,
  );
  if (rows[0]?.held) return { onLost: (call) => void (lost = call), release };
  await release();
  return undefined;
}
