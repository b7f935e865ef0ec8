import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Operator } from '#organisations';

/** One organisation of the demonstration, with a key for it. */
interface SeededOrganisation {
  readonly id: string;
  readonly name: string;
  readonly kind: 'COMPANY' | 'LAW_ENFORCEMENT';
  readonly apiKey: string;
}

/** What `demo.json` holds. */
export interface Demonstration {
  readonly url: string;
  readonly organisations: readonly SeededOrganisation[];
  readonly groups: readonly { readonly id: string; readonly name: string; readonly members: readonly string[] }[];
}

const organisations = [
  { name: 'Northwind Software', kind: 'COMPANY', member: true },
  { name: 'Riverside Marketplace', kind: 'COMPANY', member: true },
  { name: 'Cyber Police Unit', kind: 'LAW_ENFORCEMENT', member: true },
  { name: 'Lakeside Telecom', kind: 'COMPANY', member: false },
] as const;
const groupName = 'Call centre fraud';

/**
 * Makes four organisations, three of them in one group. Their keys are shown once, so demo.json keeps them. What an
 * interrupted start has made already is found again.
 */
export async function seedDemonstration(ownerUrl: string): Promise<Omit<Demonstration, 'url'>> {
  const operator = await Operator.connect(ownerUrl, 'demonstration');
  try {
    const group =
      (await operator.listGroups()).find(({ name }) => name === groupName) ?? (await operator.addGroup(groupName));
    const made = await operator.listOrganisations();
    const seeded: SeededOrganisation[] = [];
    for (const { name, kind, member } of organisations) {
      const { id } = made.find((one) => one.name === name) ?? (await operator.addOrganisation({ name, kind }));
      const { key } = await operator.addKey(id, { name: 'demonstration' });
      if (member) await operator.joinGroup(group.id, id);
      seeded.push({ id, name, kind, apiKey: key });
    }
    const members = organisations.filter(({ member }) => member).map(({ name }) => name);
    return { organisations: seeded, groups: [{ id: group.id, name: groupName, members }] };
  } finally {
    await operator.close();
  }
}

const fileOf = (dataFolder: string) => join(dataFolder, 'demo.json');

/** What an earlier start made, if there was one. */
export async function readDemonstration(dataFolder: string): Promise<Demonstration | undefined> {
  const text = await readFile(fileOf(dataFolder), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as Demonstration);
}

/** The keys of a database that is gone open nothing. */
export async function forgetDemonstration(dataFolder: string): Promise<void> {
  await rm(fileOf(dataFolder), { force: true });
}

/** Readable by its owner only: it holds keys. */
export async function writeDemonstration(dataFolder: string, demonstration: Demonstration): Promise<void> {
  await writeFile(fileOf(dataFolder), `${JSON.stringify(demonstration, null, 2)}\n`, { mode: 0o600 });
}
