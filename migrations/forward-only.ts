import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A migration that is one SQL text and is never undone: what went out is mended by a later one. */
export abstract class ForwardOnly implements MigrationInterface {
  protected abstract readonly sql: string;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(this.sql);
  }

  down(): Promise<never> {
    return Promise.reject(new Error('migrations only go forward'));
  }
}
