import type { Db } from '#database';
import type { Actor } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { Operator } from './operator.js';

describe('Operator', () => {
  const database = aDatabase();
  let operator: Operator;
  let api: Db;
  beforeAll(async () => {
    api = await database.db('api');
    operator = await Operator.connect(database.url, 'olivia');
  });
  afterAll(() => operator.close());

  const audiencesOf = async (actor: Actor): Promise<number[]> => {
    const ask = 'select app.visible_audiences() as seen';
    const [row] = await api.as(actor, (tx) => tx.query<{ seen: number[] }[]>(ask));
    return row?.seen ?? [];
  };
  const audienceFor = async (actor: Actor, group: string): Promise<number> => {
    const ask = `select app.audience_for('{}', $1, false) as id`;
    const [row] = await api.as(actor, (tx) => tx.query<{ id: number }[]>(ask, [[group]]));
    return row?.id ?? NaN;
  };

  it('admits an organisation, which has no key yet', async () => {
    const added = await operator.addOrganisation({ name: ' Harbour Bank ', kind: 'COMPANY', country: 'DE' });
    expect(added).toMatchObject({ name: 'Harbour Bank', kind: 'COMPANY', country: 'DE', status: 'ACTIVE', keys: 0 });
    await operator.addKey(added.id);
    await operator.addKey('Harbour Bank', { expiresAt: new Date(0) });
    expect(await operator.listOrganisations()).toContainEqual({ ...added, keys: 1 });
  });

  it('refuses a name that is taken, in whatever case', async () => {
    await operator.addOrganisation({ name: 'Once', kind: 'COMPANY' });
    await operator.addGroup('Once');
    const taken = { fault: { field: 'name', rule: 'name.taken' } };
    await expect(operator.addOrganisation({ name: 'ONCE', kind: 'REGULATOR' })).rejects.toMatchObject(taken);
    await expect(operator.addGroup('once')).rejects.toMatchObject(taken);
  });

  it('says what was not found, and writes nothing', async () => {
    const before = await database.sql('select count(*) from audit_entry');
    await expect(operator.addKey('Nobody')).rejects.toMatchObject({ field: 'organisation' });
    await expect(operator.joinGroup('No group', 'Nobody')).rejects.toMatchObject({ field: 'group' });
    await expect(operator.revokeKey('aaaaaaaaaaaaaaaa')).rejects.toMatchObject({ field: 'key' });
    await expect(operator.revokeKey("' or true --")).rejects.toMatchObject({ field: 'key' });
    expect(await database.sql('select count(*) from audit_entry')).toEqual(before);
  });

  it('keeps of a key its hash alone', async () => {
    await operator.addOrganisation({ name: 'Key holder', kind: 'COMPANY' });
    const { id, key } = await operator.addKey('Key holder', { name: 'laptop', scopes: ['read'] });
    const [listed, ...others] = await operator.listKeys('Key holder');
    expect(others).toEqual([]);
    expect(listed).toMatchObject({ id, name: 'laptop', scopes: ['read'], status: 'ACTIVE', expiresAt: null });
    expect(JSON.stringify([listed, await operator.listAudit(5)])).not.toContain(key.slice(20));

    expect(await operator.revokeKey(id)).toEqual({ id, changed: true });
    const [revoked] = await operator.listKeys('Key holder');
    expect(await operator.revokeKey(id)).toEqual({ id, changed: false });
    expect(await operator.listKeys('Key holder')).toEqual([revoked]);
    expect(revoked).toMatchObject({ status: 'REVOKED' });
  });

  it('records each command, reading ones too, with ids only', async () => {
    const start = (await operator.listAudit(1))[0]?.id ?? '';
    const { id: organisationId } = await operator.addOrganisation({ name: 'Watched', kind: 'NONPROFIT' });
    const { id: groupId } = await operator.addGroup('Watched group');
    const { id: keyId } = await operator.addKey('Watched');
    await operator.listKeys('Watched');
    await operator.revokeKey(keyId);
    await operator.joinGroup('Watched group', 'Watched');
    await operator.joinGroup(groupId, organisationId);
    await operator.leaveGroup('Watched group', 'Watched');
    await operator.suspendOrganisation('Watched');
    await operator.reinstateOrganisation('Watched');
    await operator.listOrganisations();
    await operator.listGroups();
    await operator.listAudit(1);

    const entries = (await operator.listAudit(50)).filter(({ id }) => id > start).reverse();
    expect(entries.map(({ action, organisationId: about, detail }) => [action, about, detail])).toEqual([
      ['audit.listed', null, {}], // the first line of this test
      ['organisation.added', organisationId, {}],
      ['group.added', null, { groupId }],
      ['key.added', organisationId, { keyId }],
      ['key.listed', organisationId, {}],
      ['key.revoked', organisationId, { keyId, changed: true }],
      ['group.joined', organisationId, { groupId, changed: true }],
      ['group.joined', organisationId, { groupId, changed: false }],
      ['group.left', organisationId, { groupId, changed: true }],
      ['organisation.suspended', organisationId, { changed: true }],
      ['organisation.reinstated', organisationId, { changed: true }],
      ['organisation.listed', null, {}],
      ['group.listed', null, {}],
      ['audit.listed', null, {}],
    ]);
    expect(new Set(entries.map(({ actor }) => actor))).toEqual(new Set(['olivia']));
    expect(JSON.stringify(entries)).not.toContain('Watched');
  });

  it('shows a joiner what is shared with the group, and a leaver nothing of it but its own', async () => {
    const [bank, shop] = [await anOrganisation(database), await anOrganisation(database)];
    const group = await aGroup(database, [bank], 'Ring');
    const shared = await audienceFor(bank, group);
    expect(await audiencesOf(bank)).toContain(shared);
    expect(await audiencesOf(shop)).not.toContain(shared);

    expect(await operator.joinGroup('Ring', shop.organisationId)).toMatchObject({
      group: { id: group },
      changed: true,
    });
    expect(await audiencesOf(shop)).toContain(shared);
    expect(await operator.listGroups()).toContainEqual(
      expect.objectContaining({
        id: group,
        members: expect.arrayContaining([
          expect.objectContaining({ id: bank.organisationId }),
          expect.objectContaining({ id: shop.organisationId }),
        ]) as unknown,
      }),
    );

    expect(await operator.leaveGroup('Ring', shop.organisationId)).toMatchObject({ changed: true });
    expect(await audiencesOf(shop)).not.toContain(shared);
    expect(await audiencesOf(bank)).toContain(shared);

    // The publisher leaves: what it shared goes on to the group and to itself, under an audience of both.
    await operator.joinGroup('Ring', shop.organisationId);
    await operator.leaveGroup('Ring', bank.organisationId);
    expect(await audiencesOf(bank)).not.toContain(shared);
    const both = (await audiencesOf(bank)).filter((id) => id !== shared);
    expect((await audiencesOf(shop)).some((id) => both.includes(id))).toBe(true);
  });

  it('works under a role that cannot read what organisations share, nor the secrets of the exchange', async () => {
    const tables = ['report', 'event_body', 'feed', 'outbox', 'audience_member', 'app_private.context_key'];
    for (const table of tables) {
      const asOperator = `begin; set local role crossline_operator; select * from ${table}; commit`;
      await expect(database.sql(asOperator)).rejects.toThrow('permission denied');
      await database.sql('rollback');
    }
    await expect(
      database.sql('begin; set local role crossline_operator; delete from audit_entry; commit'),
    ).rejects.toThrow('permission denied');
    await database.sql('rollback');
  });

  it('refuses to act for nobody', async () => {
    await expect(Operator.connect(database.url, ' ')).rejects.toMatchObject({ fault: { field: 'as' } });
  });
});
