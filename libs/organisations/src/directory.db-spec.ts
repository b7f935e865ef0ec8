import type { Actor, GroupId } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { Directory } from './directory.js';
import { OrganisationsResolver } from './organisations.resolver.js';

describe('whom an organisation may know', () => {
  const database = aDatabase();
  let resolver: OrganisationsResolver;
  let bank: Actor;
  let shop: Actor;
  let telco: Actor;
  let group: GroupId;
  beforeAll(async () => {
    resolver = new OrganisationsResolver(new Directory(await database.db('api')));
    bank = await anOrganisation(database, { name: 'bank' });
    shop = await anOrganisation(database, { name: 'Shop' });
    telco = await anOrganisation(database, { name: 'Telco' });
    group = await aGroup(database, [shop, bank], 'Tech support scams');
  });

  const names = (rows: readonly { name: string }[]) => rows.map(({ name }) => name);

  it('is itself and the members of its groups, by name', async () => {
    expect(names(await resolver.organisations(bank))).toEqual(['bank', 'Shop']);
    expect(await resolver.sharingGroups(shop)).toEqual([
      {
        id: group,
        name: 'Tech support scams',
        members: [
          { id: bank.organisationId, name: 'bank', kind: 'COMPANY', country: null },
          { id: shop.organisationId, name: 'Shop', kind: 'COMPANY', country: null },
        ],
      },
    ]);
  });

  it('is nobody else outside the group: no names, no groups, no ids', async () => {
    expect(names(await resolver.organisations(telco))).toEqual(['Telco']);
    expect(await resolver.sharingGroups(telco)).toEqual([]);
    expect(await resolver.myGroups(telco)).toEqual([]);
  });

  it('answers an organisation that is hidden, that does not exist and that cannot exist alike', async () => {
    const answers = await Promise.all(
      [bank.organisationId, '01a2091a-1ff1-7ab1-afc9-2eb2eacace18', 'bank'].map((id) =>
        resolver.organisation(telco, id),
      ),
    );
    expect(answers).toEqual([undefined, undefined, undefined]);
    expect(await resolver.organisation(bank, shop.organisationId)).toMatchObject({ name: 'Shop' });
  });

  it('is also who shared something with it, and nothing flows back', async () => {
    const police = await anOrganisation(database, { name: 'Police', kind: 'LAW_ENFORCEMENT' });
    const db = await database.db('api');
    await aGroup(database, [police, telco], 'For a moment');
    await db.as(police, (tx) => tx.query(`select app.audience_for($1, '{}', false)`, [[telco.organisationId]]));
    await database.sql(`select app.leave_group((select id from sharing_group where name = 'For a moment'), $1)`, [
      police.organisationId,
    ]);
    expect(names(await resolver.organisations(telco))).toEqual(['Police', 'Telco']);
    expect(names(await resolver.organisations(police))).toEqual(['Police']);
    expect(names(await resolver.organisations(bank))).toEqual(['bank', 'Shop']);
  });

  it('tells any key whose it is, and further names only a key that may read', async () => {
    const writer = { ...bank, scopes: new Set(['reports:write'] as const) };
    expect(await resolver.me(writer)).toEqual({
      organisation: { id: bank.organisationId, name: 'bank', kind: 'COMPANY', country: null },
      keyId: bank.keyId,
      scopes: ['reports:write'],
    });
    const denied = { code: 'FORBIDDEN', rule: 'scope.missing' };
    for (const ask of [
      () => resolver.organisations(writer),
      () => resolver.sharingGroups(writer),
      () => resolver.myGroups(writer),
      () => resolver.organisation(writer, shop.organisationId),
    ]) {
      await expect((async () => ask())()).rejects.toMatchObject(denied);
    }
  });

  it('is nobody once it is suspended, while the others still know it', async () => {
    await database.sql('select app.suspend_organisation($1)', [shop.organisationId]);
    await expect(resolver.me(shop)).rejects.toMatchObject({ code: 'FORBIDDEN', rule: 'organisation.suspended' });
    expect(await resolver.organisations(shop)).toEqual([]);
    expect(await resolver.sharingGroups(shop)).toEqual([]);
    expect(names(await resolver.organisations(bank))).toEqual(['bank', 'Shop']);
  });
});
