import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/**
 * Calls back on each notification of a channel, over a connection of its own that is made again when it breaks. A
 * notification is a hint: those sent while the connection was down are lost, so `heard` is also called after each connect.
 */
export class Listener {
  private client: pg.Client | undefined;
  private stopped = false;

  constructor(
    private readonly url: string,
    private readonly channel: 'crossline_outbox' | 'crossline_access',
    private readonly heard: () => void,
  ) {}

  async start(): Promise<void> {
    await this.connect();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url, keepAlive: true });
    this.client = client;
    let broken = false;
    const again = () => {
      if (broken || this.stopped) return;
      broken = true;
      void this.reconnect();
    };
    client.on('error', again);
    client.on('end', again);
    client.on('notification', this.heard);
    await client.connect();
    await client.query(`listen ${this.channel}`);
    this.heard();
  }

  private async reconnect(): Promise<void> {
    for (let pause = 100; !this.stopped; pause = Math.min(pause * 2, 5_000)) {
      await sleep(pause);
      try {
        await this.connect();
        return;
      } catch {
        // Still down: the server's own log says why. Readers poll meanwhile.
      }
    }
  }
}
