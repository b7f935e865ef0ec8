import { BadInput } from '#kernel';
import { NotFoundError } from '#organisations';
import { Command, CommanderError } from 'commander';
import { userInfo } from 'node:os';
import { types } from 'node:util';
import { auditCommand } from './audit.command.js';
import { groupCommand } from './group.command.js';
import { keyCommand } from './key.command.js';
import { migrateCommand } from './migrate.command.js';
import { organisationCommand } from './organisation.command.js';
import type { Terminal } from './terminal.js';

/** What a shell learns of a run. */
const exit = { done: 0, failed: 1, badInput: 2 } as const;

/** SQLSTATEs of a database without the exchange in it: no such role, table or function. */
const UNPREPARED = new Set(['22023', '42704', '42P01', '42883']);

/** Runs one command line, without node and script; answers with the exit code. Never throws, never prints a stack. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await program(terminal).parseAsync(argv, { from: 'user' });
    return exit.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.badInput; // it has said why
    terminal.err(`crossline: ${describe(error)}`);
    return error instanceof BadInput ? exit.badInput : exit.failed;
  }
}

function program(terminal: Terminal): Command {
  const root = new Command('crossline')
    .description('Operates a Crossline exchange. Organisations and groups are named by id or exact name.')
    .option('--json', 'print the answer as one line of JSON')
    .option('--as <name>', 'who the audit says it was', whoRunsThis());
  const commands = [organisationCommand, keyCommand, groupCommand, auditCommand, migrateCommand].map((make) =>
    make(terminal),
  );
  for (const command of commands) root.addCommand(command);
  for (const command of [root, ...commands, ...commands.flatMap((parent) => parent.commands)]) {
    command
      .exitOverride()
      .showHelpAfterError('(add --help for usage)')
      .configureOutput({
        writeOut: (text) => terminal.out(text.trimEnd()),
        writeErr: (text) => terminal.err(text.trimEnd()),
      });
  }
  return root;
}

function describe(error: unknown): string {
  if (error instanceof BadInput) return `${error.message} (${error.fault.rule})`;
  if (error instanceof NotFoundError) return error.message;
  if (!types.isNativeError(error)) return 'it failed for an unknown reason.';
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && UNPREPARED.has(code)) {
    return 'the database is not prepared yet: run crossline migrate, then try again.';
  }
  // A refused connection to several addresses is an AggregateError, whose message is empty.
  return error.message || (typeof code === 'string' ? code : error.name);
}

/** The system's user; a container may run as one that has no name. */
function whoRunsThis(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
