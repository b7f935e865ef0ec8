import { Operator } from '#organisations';
import type { Command } from 'commander';

/** Options that every command takes. */
interface CommonOptions {
  readonly json?: true;
  /** Who the audit says it was. */
  readonly as: string;
}

/** The database as its owner reaches it, for the length of one command. */
interface OwnerConnection {
  readonly url: string;
  /** Stops what was started for the command, and nothing that ran before. */
  stop(): Promise<void>;
}

/** What a command needs from outside: the database, and where its lines go. */
export interface Terminal {
  readonly database: () => Promise<OwnerConnection>;
  /** Brings a database up to date; answers with the migrations applied. */
  readonly prepare: (ownerUrl: string) => Promise<string[]>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs one operator's command and shows its answer: as JSON when asked, else as `show` words it. */
export async function asOperator<T>(
  terminal: Terminal,
  command: Command,
  work: (operator: Operator) => Promise<T>,
  show: (answer: T) => string,
): Promise<void> {
  const { json, as } = command.optsWithGlobals<CommonOptions>();
  const database = await terminal.database();
  try {
    const operator = await Operator.connect(database.url, as);
    try {
      const answer = await work(operator);
      terminal.out(json ? JSON.stringify(answer) : show(answer));
    } finally {
      await operator.close();
    }
  } finally {
    await database.stop();
  }
}
