import { indicatorId } from './index.js';

describe('the id of an indicator', () => {
  const key = Buffer.alloc(32, 7);

  it('is a UUID of version 8, the same every time', () => {
    const id = indicatorId(key, 'PHONE', '+18888728010');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(indicatorId(key, 'PHONE', '+18888728010')).toBe(id);
  });

  it('differs with type, value and key', () => {
    const ids = [
      indicatorId(key, 'URL', 'evil.com/'),
      indicatorId(key, 'DOMAIN', 'evil.com/'),
      indicatorId(key, 'URL', 'evil.com/a'),
      indicatorId(Buffer.alloc(32, 8), 'URL', 'evil.com/'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
