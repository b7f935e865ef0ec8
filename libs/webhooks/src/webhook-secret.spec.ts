import { keyOf, newSecret } from './webhook-secret.js';

describe('newSecret', () => {
  it('makes 32 random bytes in the form of the standard, never the same twice', () => {
    expect(newSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(keyOf(newSecret())).toHaveLength(32);
    expect(newSecret()).not.toBe(newSecret());
  });
});
