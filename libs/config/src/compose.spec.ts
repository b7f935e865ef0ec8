import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { readConfig, variableNames } from './config.js';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
}

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
/** The services that run our image. */
const ours = Object.entries(compose.services).filter(([, { build }]) => build !== undefined);
const environmentOf = (name: string) => compose.services[name]?.environment ?? {};

describe('docker-compose.yml', () => {
  it('follows the Compose specification', () => {
    const schema = JSON.parse(read('libs/config/fixtures/compose-spec.json')) as Record<string, unknown>;
    delete schema.$schema; // ajv knows this dialect by another name
    const ajv = new Ajv({ strict: false });
    addFormats.default(ajv);
    const valid = ajv.compile(schema);
    valid(compose);
    expect(valid.errors).toBeNull();
    expect(valid({ services: { api: { imagee: 'crossline' } } })).toBe(false);
  });

  it('describes PostgreSQL 18, Valkey, one migration step, API and workers', () => {
    expect(Object.keys(compose.services)).toEqual(['postgres', 'valkey', 'migrate', 'api', 'worker']);
    expect(compose.services.postgres?.image).toBe('postgres:18');
    expect(compose.services.valkey?.image).toMatch(/^valkey\/valkey:/);
    for (const name of ['api', 'worker']) {
      expect(compose.services[name]?.depends_on?.migrate?.condition).toBe('service_completed_successfully');
    }
  });

  it.each(ours)('gives %s no variable that nobody reads', (_, { environment = {} }) => {
    expect(Object.keys(environment).filter((name) => !variableNames.includes(name))).toEqual([]);
  });

  it.each(ours)('gives %s a database, a Redis and the secret, and values that are valid', (_, { environment = {} }) => {
    const { CROSSLINE_SECRET: secret, ...plain } = environment;
    expect(secret).toMatch(/^\$\{CROSSLINE_SECRET:\?.+\}$/); // required: nothing starts without it
    const text = Object.entries(plain).map(([name, value]) => [
      name,
      String(value).replace('${POSTGRES_PASSWORD}', 'x'),
    ]);
    const config = readConfig(Object.fromEntries(text) as NodeJS.ProcessEnv);
    expect(config.databaseUrl).toContain('postgres:5432/crossline');
    expect(config.redisUrl).toBe('redis://valkey:6379');
    expect(config.loopbackReceivers).toBe(false);
  });

  it('keeps the owner’s password from the processes that serve', () => {
    expect(environmentOf('migrate').DATABASE_URL).toContain('postgres:${POSTGRES_PASSWORD}@');
    for (const name of ['api', 'worker']) {
      const { username, password } = new URL(String(environmentOf(name).DATABASE_URL));
      expect([username, password]).toEqual(['', '']);
    }
  });

  it('runs programs that the image holds', () => {
    const dockerfile = read('Dockerfile');
    for (const [, { entrypoint = [], command = [] }] of ours) {
      const programs = [...entrypoint, ...command].filter((word) => word.endsWith('.js'));
      for (const program of programs) expect(dockerfile).toContain(`/${program.split('/src/')[0] ?? ''} `);
    }
  });
});
