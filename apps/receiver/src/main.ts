import { parseArgs } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { startReceiver, type ReceiverOptions } from './receiver.js';

const USAGE = `A small webhook receiver: verifies what arrives and prints one line for each request.

  npm run receive -- --port 4000 --secret whsec_…

  --port <n>        where to listen on this machine (4000)
  --secret <text>   the endpoint's secret; may be given several times; without one nothing is verified
  --status <n>      answer with this status
  --hang            never answer
  --close           cut the connection instead of answering
  --quiet           print only the totals at the end`;

class UsageError extends Error {}

function optionsFrom(argv: readonly string[]): ReceiverOptions & { quiet: boolean } {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '4000' },
      secret: { type: 'string', multiple: true, default: [] },
      status: { type: 'string' },
      hang: { type: 'boolean', default: false },
      close: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
    },
  });
  const { hang, close, quiet } = values;
  const status = values.status === undefined ? {} : { status: wholeNumber('--status', values.status, 200, 599) };
  const port = wholeNumber('--port', values.port, 0, 65_535);
  return {
    port,
    secrets: values.secret.map(checkedSecret),
    hang,
    close,
    quiet,
    ...status,
    print: quiet ? () => undefined : print,
  };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) throw new UsageError(`${name} must be a number from ${least} to ${most}.`);
  return value;
}

function checkedSecret(secret: string): string {
  try {
    new Webhook(secret);
    return secret;
  } catch {
    // The library's own message speaks of base64 and names no option.
    throw new UsageError('--secret must be whsec_ followed by base64, as shown when the endpoint was created.');
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  const receiver = await startReceiver(options);
  print(`Receiving at ${receiver.url} (${options.secrets.length === 0 ? 'not verifying' : 'verifying'}). Ctrl-C ends.`);

  const stop = (): void => {
    const { received, verified, refused, repeats } = receiver.totals();
    print(`received ${received}, verified ${verified}, refused ${refused}, repeats ${repeats}`);
    void receiver.close();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
  process.exitCode = 1;
});
