import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Db } from '#database';

/** A database that does not answer in this time counts as down. */
const PATIENCE_MS = 2_000;

/** For orchestrators: is the process alive, and can it serve? */
@Controller('health')
export class HealthController {
  constructor(private readonly db: Db) {}

  @Get('live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** Ready means: the database answers, and it has been migrated. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: string; database: string }> {
    const database = await Promise.race([this.askDatabase(), silence()]);
    if (database !== 'ok') void reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return { status: database === 'ok' ? 'ready' : 'not ready', database };
  }

  private async askDatabase(): Promise<string> {
    try {
      await this.db.asSystem('is it there, and migrated?', (tx) => tx.query('select app.organisation()'));
      return 'ok';
    } catch {
      return 'unavailable';
    }
  }
}

const silence = () =>
  new Promise<string>((answer) => {
    setTimeout(() => answer('silent'), PATIENCE_MS).unref();
  });
