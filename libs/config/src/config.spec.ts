import { readConfig } from './config.js';

describe('readConfig', () => {
  it('needs nothing', () => {
    expect(readConfig({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      redisUrl: undefined,
    });
  });

  it('takes an empty variable for an unset one', () => {
    expect(readConfig({ REDIS_URL: '', PORT: '' })).toMatchObject({ redisUrl: undefined, port: 3000 });
  });

  it.each([
    ['PORT', 'eighty'],
    ['DATABASE_URL', 'mysql://u:hush@h/d'],
    ['REDIS_URL', 'hush'],
    ['CROSSLINE_SECRET', 'hush'],
  ])('names %s and never its value', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
    expect(() => readConfig({ [name]: value })).not.toThrow(value);
  });
});
