import { newId, type Actor, type KeyId, type OrganisationId, type Scope } from '#kernel';
import { authorise } from './authorise.js';

const withScopes = (...scopes: Scope[]): Actor => ({
  organisationId: newId() as OrganisationId,
  keyId: 'k' as KeyId,
  scopes: new Set(scopes),
  requestId: 'r',
});

describe('authorise', () => {
  it('lets a key do what its scope names', () => {
    expect(() => authorise(withScopes('reports:write'), 'report:publish')).not.toThrow();
  });

  it('denies everything else, naming the scope', () => {
    expect(() => authorise(withScopes('read', 'cases:write'), 'report:withdraw')).toThrow('reports:write');
    expect(() => authorise(withScopes(), 'read')).toThrow('read');
  });
});
