import { newId, scopes, type Actor, type GroupId, type KeyId, type OrganisationId } from '#kernel';
import type { TestDatabase } from './a-database.js';

let made = 0;

/** An active organisation and somebody who acts for it with every scope. */
export async function anOrganisation(
  database: TestDatabase,
  { name = `Organisation ${++made}`, kind = 'COMPANY' } = {},
): Promise<Actor> {
  const [row] = await database.sql<{ id: OrganisationId }>('select app.admit_organisation($1, $2, null) as id', [
    name,
    kind,
  ]);
  if (!row) throw new Error('no organisation was made');
  return { organisationId: row.id, keyId: 'testkey000000000' as KeyId, scopes: new Set(scopes), requestId: newId() };
}

/** A sharing group with these members. */
export async function aGroup(
  database: TestDatabase,
  members: readonly Actor[],
  name = `Group ${++made}`,
): Promise<GroupId> {
  const [row] = await database.sql<{ id: GroupId }>('insert into sharing_group (name) values ($1) returning id', [
    name,
  ]);
  if (!row) throw new Error('no group was made');
  for (const { organisationId } of members)
    await database.sql('select app.join_group($1, $2)', [row.id, organisationId]);
  return row.id;
}
