import { Command } from 'commander';
import type { Terminal } from './terminal.js';

/** `crossline migrate`: tables, policies and runtime roles, brought up to date; harmless to repeat. */
export function migrateCommand(terminal: Terminal): Command {
  return new Command('migrate')
    .description('bring the database up to date: tables, policies, runtime roles')
    .action(async (_: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: true }>();
      const database = await terminal.database();
      try {
        const applied = await terminal.prepare(database.url);
        terminal.out(json ? JSON.stringify({ applied }) : describe(applied));
      } finally {
        await database.stop();
      }
    });
}

function describe(applied: readonly string[]): string {
  if (applied.length === 0) return 'The database is up to date.';
  return ['Applied:', ...applied.map((name) => `  ${name}`), 'The database is up to date.'].join('\n');
}
