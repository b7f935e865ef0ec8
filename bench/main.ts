import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { delivery } from './delivery.bench.js';
import type { Answer, Bench } from './harness.js';
import { latency } from './latency.bench.js';
import { lookUp } from './look-up.bench.js';
import { describeMachine } from './machine.js';
import { publish } from './publish.bench.js';
import { asMarkdown, asText } from './results.js';
import { sequencer } from './sequencer.bench.js';

const benches: Record<string, Bench> = { publish, sequencer, 'look-up': lookUp, delivery, latency };

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
    profile: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(benches);
const unknown = names.filter((name) => !(name in benches));
if (unknown.length > 0)
  throw new Error(`No such bench: ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`);

if (flags.profile !== undefined) await mkdir(flags.profile, { recursive: true });
// Ctrl-C: the exit handlers end what was started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const machine = await describeMachine();
console.log(machine);
const answers: Answer[] = [];
for (const name of names) {
  console.log(`\n${name}`);
  const answer = await benches[name]?.({
    runs: Number(flags.runs),
    scale: Number(flags.scale),
    profile: flags.profile,
    say: (line) => console.log(line),
  });
  if (!answer) continue;
  answers.push(answer);
  console.log(asText(answer));
}
if (flags.write) {
  const file = fileURLToPath(new URL('../../bench/RESULTS.md', import.meta.url));
  await writeFile(file, asMarkdown(machine, Number(flags.runs), answers));
  console.log(`\nWritten to bench/RESULTS.md`);
}
