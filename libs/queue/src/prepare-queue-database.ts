import { runMigrations } from 'bullmq';
import pg from 'pg';

/**
 * Makes the schema in which BullMQ keeps its jobs and lets the runtime roles use it. Run by the owner with the
 * migrations; harmless to repeat. Not needed where the queues are on Redis.
 */
export async function prepareQueueDatabase(ownerUrl: string): Promise<void> {
  const client = new pg.Client(ownerUrl);
  await client.connect();
  try {
    await runMigrations(client);
    // BullMQ makes a sequence for each new queue, which a runtime role may not: that one function acts as the owner.
    await client.query(`
      alter function bullmq.next_job_id(text) security definer;
      grant usage on schema bullmq to crossline_api, crossline_worker;
      grant select, insert, update, delete on all tables in schema bullmq to crossline_api, crossline_worker;
      grant usage on all sequences in schema bullmq to crossline_api, crossline_worker;
      grant execute on all functions in schema bullmq to crossline_api, crossline_worker;
    `);
  } finally {
    await client.end();
  }
}
