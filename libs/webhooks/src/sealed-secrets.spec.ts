import { randomBytes } from 'node:crypto';
import { SealedSecrets } from './sealed-secrets.js';
import { newSecret } from './webhook-secret.js';

describe('sealed secrets', () => {
  const key = randomBytes(32);

  it('open for the endpoint they were sealed for', () => {
    const secret = newSecret();
    const sealed = new SealedSecrets(key).seal('one', secret);
    const secrets = new SealedSecrets(key);
    expect(secrets.open('one', sealed)).toBe(secret);
    expect(secrets.open('one', sealed)).toBe(secret);
  });

  it('never hold the secret in clear, nor look alike', () => {
    const [secret, secrets] = [newSecret(), new SealedSecrets(key)];
    const sealed = secrets.seal('one', secret);
    expect(sealed.toString('latin1')).not.toContain(secret);
    expect(sealed.equals(secrets.seal('one', secret))).toBe(false);
  });

  it('do not open for another endpoint, with another key, or changed', () => {
    const secrets = new SealedSecrets(key);
    const sealed = secrets.seal('one', newSecret());
    expect(() => secrets.open('two', sealed)).toThrow();
    expect(() => new SealedSecrets(randomBytes(32)).open('one', sealed)).toThrow();
    sealed[20] = (sealed[20] ?? 0) ^ 1;
    expect(() => secrets.open('one', sealed)).toThrow();
  });

  it('are opened anew when the endpoint got another one', () => {
    const secrets = new SealedSecrets(key);
    const [before, after] = [newSecret(), newSecret()];
    expect(secrets.open('one', secrets.seal('one', before))).toBe(before);
    expect(secrets.open('one', secrets.seal('one', after))).toBe(after);
  });
});
