#!/usr/bin/env node
import { loadSecret, readConfig } from '#config';
import { ownerUrl } from './owner-connection.js';
import { prepareDatabase } from './prepare-database.js';
import { run } from './program.js';

const out = (text: string): void => void process.stdout.write(`${text}\n`);
const err = (text: string): void => void process.stderr.write(`${text}\n`);

// The exit code is set rather than process.exit called: what was printed into a pipe gets out first.
try {
  const config = readConfig();
  const database = () => ownerUrl(config);
  const prepare = async (url: string) => prepareDatabase(url, config, await loadSecret(config));
  process.exitCode = await run(process.argv.slice(2), { database, prepare, out, err });
} catch (error) {
  err(`crossline: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
