import { BadInput, scopes } from '#kernel';
import { parseKey, parseName, parseOrganisation } from './operator-input.js';

const ruleOf = (parse: () => unknown) => {
  try {
    return parse();
  } catch (error) {
    return error instanceof BadInput ? `${error.fault.field} ${error.fault.rule}` : error;
  }
};

describe('parseName', () => {
  it('trims, and writes accents in one way', () => {
    expect(parseName('name', '  Zu\u0308rich Bank ')).toBe('Z\u00fcrich Bank');
  });

  it.each([
    ['  ', 'name.empty'],
    ['x'.repeat(201), 'name.too-long'],
    ['Bank\u001b[31m', 'name.characters'],
    ['Ba\u200bnk', 'name.characters'],
    ['knaB\u202e', 'name.characters'],
    ['01a2091a-1ff1-7ab1-afc9-2eb2eacace18', 'name.id'],
  ])('refuses %j', (text, rule) => {
    expect(ruleOf(() => parseName('name', text))).toBe(`name ${rule}`);
    expect(() => parseName('name', text)).not.toThrow(text.trim() || 'nothing to leak');
  });
});

describe('parseOrganisation', () => {
  it('takes a known kind and a country code, or no country', () => {
    expect(parseOrganisation({ name: 'Bank', kind: 'COMPANY' })).toEqual({
      name: 'Bank',
      kind: 'COMPANY',
      country: null,
    });
    expect(parseOrganisation({ name: 'BKA', kind: 'LAW_ENFORCEMENT', country: 'DE' }).country).toBe('DE');
  });

  it.each([
    [{ name: 'Bank', kind: 'POLICE' }, 'kind kind.unknown'],
    [{ name: 'Bank', kind: 'toString' }, 'kind kind.unknown'],
    [{ name: 'Bank', kind: 'COMPANY', country: 'Germany' }, 'country country.code'],
    [{ name: 'Bank', kind: 'COMPANY', country: 'de' }, 'country country.code'],
    [{ name: '', kind: 'COMPANY' }, 'name name.empty'],
  ])('refuses %j', (draft, rule) => {
    expect(ruleOf(() => parseOrganisation(draft))).toBe(rule);
  });
});

describe('parseKey', () => {
  it('gives every scope unless fewer are chosen', () => {
    expect(parseKey({})).toEqual({ name: 'default', scopes, expiresAt: undefined });
    expect(parseKey({ scopes: ['read', 'read'] }).scopes).toEqual(['read']);
  });

  it.each([[[]], [['read', 'admin']], [['']]])('refuses the scopes %j', (wanted) => {
    expect(ruleOf(() => parseKey({ scopes: wanted }))).toBe('scopes scopes.unknown');
  });
});
