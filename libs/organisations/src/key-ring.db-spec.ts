import { Denied, type Actor } from '#kernel';
import { aDatabase, anOrganisation } from '#testing';
import { newApiKey } from './api-key.js';
import { KeyRing } from './key-ring.js';
import { Operator } from './operator.js';

describe('KeyRing', () => {
  const database = aDatabase();
  let keys: KeyRing;
  let operator: Operator;
  let bank: Actor;
  beforeAll(async () => {
    keys = new KeyRing(await database.db('api'));
    operator = await Operator.connect(database.url, 'test');
    bank = await anOrganisation(database, { name: 'Bank' });
  });
  afterAll(() => operator.close());

  const actorWith = (key: string) => keys.actorFor(`Bearer ${key}`, 'request-1');
  const denialOf = async (authorization: string | undefined) => {
    const error: unknown = await keys.actorFor(authorization, 'request-1').catch((thrown: unknown) => thrown);
    if (!(error instanceof Denied)) throw new Error('this was not denied');
    return { code: error.code, rule: error.rule, message: error.message };
  };
  const bankKey = () => operator.addKey('Bank');

  it('knows for whom a key acts and what it may do', async () => {
    const { id, key } = await operator.addKey('Bank', { scopes: ['webhooks:manage', 'read'] });
    expect(await actorWith(key)).toEqual({
      organisationId: bank.organisationId,
      keyId: id,
      scopes: new Set(['read', 'webhooks:manage']),
      requestId: 'request-1',
    });
    expect(await keys.actorFor(`bearer  ${key} `, 'r')).toMatchObject({ keyId: id });
  });

  it('gives nothing for a scope that it does not know', async () => {
    const { id, key } = await bankKey();
    await database.sql(`update api_key set scopes = '{root,read}' where id = $1`, [id]);
    expect((await actorWith(key)).scopes).toEqual(new Set(['read']));
  });

  it.each([undefined, '', 'Bearer', 'Bearer  ', 'Basic dXNlcjpwYXNz'])(
    'asks for a key when given %j',
    async (given) => {
      expect(await denialOf(given)).toMatchObject({ code: 'UNAUTHENTICATED', rule: 'key.missing' });
    },
  );

  it('answers a malformed key, an unknown id and a wrong secret alike', async () => {
    const { key } = await bankKey();
    const wrongSecret = key.slice(0, 20) + newApiKey().text.slice(20);
    const answers = await Promise.all(
      ['xl_nonsense', newApiKey().text, wrongSecret].map((text) => denialOf(`Bearer ${text}`)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ code: 'UNAUTHENTICATED', rule: 'key.unknown' });
  });

  it('tells only the holder of the secret that a key was revoked or has expired', async () => {
    const revoked = await bankKey();
    await operator.revokeKey(revoked.id);
    const expired = await operator.addKey('Bank', { expiresAt: new Date(Date.now() - 1_000) });
    expect(await denialOf(`Bearer ${revoked.key}`)).toMatchObject({ code: 'UNAUTHENTICATED', rule: 'key.revoked' });
    expect(await denialOf(`Bearer ${expired.key}`)).toMatchObject({ code: 'UNAUTHENTICATED', rule: 'key.expired' });
    for (const { key } of [revoked, expired]) {
      const guess = key.slice(0, 20) + newApiKey().text.slice(20);
      expect(await denialOf(`Bearer ${guess}`)).toMatchObject({ rule: 'key.unknown' });
    }
  });

  it('takes a key until it expires', async () => {
    const { key } = await operator.addKey('Bank', { expiresAt: new Date(Date.now() + 3_600_000) });
    expect(await actorWith(key)).toMatchObject({ organisationId: bank.organisationId });
  });

  it('heeds a revocation from the next request on', async () => {
    const { id, key } = await bankKey();
    expect(await actorWith(key)).toMatchObject({ keyId: id });
    await operator.revokeKey(id);
    expect(await denialOf(`Bearer ${key}`)).toMatchObject({ rule: 'key.revoked' });
  });

  it('forbids everything to a suspended organisation, until it is reinstated', async () => {
    await operator.addOrganisation({ name: 'Shop', kind: 'COMPANY' });
    const { key } = await operator.addKey('Shop');
    await operator.suspendOrganisation('Shop');
    expect(await denialOf(`Bearer ${key}`)).toMatchObject({ code: 'FORBIDDEN', rule: 'organisation.suspended' });
    await operator.reinstateOrganisation('Shop');
    expect(await actorWith(key)).toMatchObject({ requestId: 'request-1' });
  });

  it('never says the key in an error', async () => {
    const { id, key } = await bankKey();
    await operator.revokeKey(id);
    expect(JSON.stringify(await denialOf(`Bearer ${key}`))).not.toContain(id);
  });
});
