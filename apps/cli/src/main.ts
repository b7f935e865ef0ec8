#!/usr/bin/env node
import { readConfig } from '#config';
import { ownerUrl } from './owner-connection.js';
import { run } from './program.js';

const out = (text: string): void => void process.stdout.write(`${text}\n`);
const err = (text: string): void => void process.stderr.write(`${text}\n`);

// The exit code is set rather than process.exit called: what was printed into a pipe gets out first.
try {
  const config = readConfig();
  process.exitCode = await run(process.argv.slice(2), { database: () => ownerUrl(config), out, err });
} catch (error) {
  err(`crossline: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
