import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '#config';
import { runtimeUrl } from '#database';
import { aDatabase } from '#testing';
import { StartUnderSpec } from './start-under-spec.js';

describe('npm start', () => {
  const server = aDatabase();

  describe('on a PostgreSQL of one’s own', () => {
    const secret = 'a secret of the operator, of enough length';
    let folder = '';
    let url = '';
    let start: StartUnderSpec | undefined;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'crossline-own-'));
      const own = new URL(server.url);
      own.pathname += '_own';
      url = own.href;
      await server.sql(`create database ${own.pathname.slice(1)}`);
      start = await StartUnderSpec.ready(folder, { env: { DATABASE_URL: url, CROSSLINE_SECRET: secret } });
    });
    afterAll(async () => {
      await start?.stop();
      await rm(folder, { recursive: true });
      await server.sql(`drop database ${new URL(url).pathname.slice(1)} with (force)`);
      for (const role of ['api', 'worker'] as const) {
        await server.sql(`drop role if exists ${new URL(runtimeUrl(url, role, new Secret(secret))).username}`);
      }
    });

    it('migrates, seeds nothing, prints no key, and names the command that makes the first organisation', async () => {
      expect(start?.output).toContain('npm run crossline -- organisation add');
      expect(start?.output).not.toMatch(/xl_|npm run receive|postgres:\/\//);
      expect(await readdir(folder)).toEqual([]);

      const [, address = ''] = /running at (\S+)/.exec(start?.output ?? '') ?? [];
      expect((await fetch(`${address}/health/ready`)).status).toBe(200);
    });

    it('refuses another secret than the one the database was set up with, and a second start', async () => {
      const env = { DATABASE_URL: url, CROSSLINE_SECRET: secret };
      const second = StartUnderSpec.launch(folder, { env });
      expect(await second.end()).toBe(1);
      expect(second.output).toContain('already running');

      expect(await start?.stop()).toBe(0);
      const other = StartUnderSpec.launch(folder, { env: { ...env, CROSSLINE_SECRET: `${secret}!` } });
      expect(await other.end()).toBe(1);
      expect(other.output).toContain('another CROSSLINE_SECRET');
    });
  });
});
