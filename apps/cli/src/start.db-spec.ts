import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, databasePid, gone, isAlive, StartUnderSpec } from './start-under-spec.js';

/** Each test goes on where the one before ended: a first start is the slow part. */
describe('npm start', () => {
  let folder = '';
  let data = '';
  let start: StartUnderSpec | undefined;
  const running = (): StartUnderSpec => {
    if (!start) throw new Error('it is not running');
    return start;
  };
  const startAgain = async (port = '0') => (start = await StartUnderSpec.ready(data, { env: { PORT: port } }));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crossline start '));
    await chmod(folder, 0o755);
    data = join(folder, 'a data folder');
    await startAgain();
  });
  afterAll(async () => {
    await start?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('comes up from nothing with an address and keys that work', async () => {
    const { url, organisations } = await running().demonstration();
    for (const path of ['live', 'ready']) expect((await fetch(`${url}/health/${path}`)).status).toBe(200);
    expect(organisations.map(({ name, kind }) => [name, kind])).toEqual([
      ['Northwind Software', 'COMPANY'],
      ['Riverside Marketplace', 'COMPANY'],
      ['Cyber Police Unit', 'LAW_ENFORCEMENT'],
      ['Lakeside Telecom', 'COMPANY'],
    ]);
    for (const { name, apiKey } of organisations) {
      expect(await ask(url, apiKey, '{ me { organisation { name } } }')).toEqual({ me: { organisation: { name } } });
    }
  });

  it('prints the address, the GraphQL page, the keys and that loopback receivers are allowed', async () => {
    const { url, organisations } = await running().demonstration();
    const { output } = running();
    expect(output).toContain(`Crossline is running at ${url}`);
    expect(output).toContain(`${url}/graphiql`);
    for (const { apiKey } of organisations) expect(output).toContain(apiKey);
    expect(output).toContain('http webhook receivers on this machine are allowed');
  });

  it('lets nobody else read its keys, its secret and its database', async () => {
    for (const name of ['demo.json', 'secret', 'postgres']) {
      expect((await stat(join(data, name))).mode & 0o077).toBe(0);
    }
  });

  it('refuses to run twice on one data folder, and leaves the first one running', async () => {
    const { url } = await running().demonstration();
    const second = StartUnderSpec.launch(data);
    expect(await second.end()).toBe(1);
    expect(second.output).toBe('crossline: Crossline is already running on this database.\n');
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  it('stops API, worker and database on Ctrl-C, however often it comes', async () => {
    const processes = running().descendants();
    expect(processes).toHaveLength(3);
    running().process.kill('SIGINT');
    running().process.kill('SIGINT');
    expect(await running().stop('SIGINT')).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
    expect(await databasePid(data)).toBeUndefined();
  });

  it('says so when its port is taken, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const refused = StartUnderSpec.launch(data, { env: { PORT: `${port}` } });
    expect(await refused.end()).toBe(1);
    other.close();
    expect(refused.output).toBe(`crossline: Port ${port} is taken. Choose another: PORT=${port + 1} npm start\n`);
    expect(await databasePid(data)).toBeUndefined();
  });

  it('starts over the lock file that a crash left behind, its process id now somebody else’s', async () => {
    const stale = [process.pid, join(data, 'postgres'), 0, 1, '', '127.0.0.1', '', 'ready   ', ''];
    await writeFile(join(data, 'postgres/postmaster.pid'), stale.join('\n'));
    await startAgain();
    expect(running().output).not.toContain('Took over');
  });

  it('keeps its data and its keys over restarts', async () => {
    const before = await running().demonstration();
    const [publisher] = before.organisations;
    const draft =
      '{ indicator: { text: "+1 (888) 872-8010" }, role: CALLBACK, scamType: TECH_SUPPORT, source: TEST_CALL';
    const publish = `mutation { publishReports(input: { reports: [${draft}, audience: { groups: ["${before.groups[0]?.id ?? ''}"] } }] }) {
      ... on PublishReportsPayload { accepted } } }`;
    expect(await ask(before.url, publisher?.apiKey ?? '', publish)).toEqual({ publishReports: { accepted: 1 } });

    expect(await running().stop('SIGTERM')).toBe(0);
    await startAgain();
    const after = await running().demonstration();
    expect(after.organisations).toEqual(before.organisations);
    const lookUp = '{ lookUpIndicators(texts: ["1-888-872-8010"]) { indicator { organisations { name } } } }';
    expect(await ask(after.url, after.organisations[2]?.apiKey ?? '', lookUp)).toEqual({
      lookUpIndicators: [{ indicator: { organisations: [{ name: publisher?.name }] } }],
    });
  });

  it('takes over the database that a killed start left behind, its other processes gone', async () => {
    const database = await databasePid(data);
    const others = running()
      .descendants()
      .filter((pid) => pid !== database);
    const before = await running().demonstration();
    expect(await running().stop('SIGKILL')).toBe('SIGKILL');
    await startAgain(new URL(before.url).port);
    await gone(...others);
    expect(running().output).toContain('Took over the database that an earlier run left behind.');
    expect(await databasePid(data)).toBe(database);
    expect(await running().demonstration()).toEqual(before);
    expect((await fetch(`${before.url}/health/ready`)).status).toBe(200);
  });

  it('stops as a whole when a part of it dies', async () => {
    const processes = running().descendants();
    const database = await databasePid(data);
    const part = processes.find((pid) => pid !== database);
    if (part === undefined) throw new Error('it has no parts');
    process.kill(part, 'SIGKILL');
    expect(await running().end()).toBe(1);
    expect(running().output).toMatch(/crossline: The (api|worker) ended with SIGKILL\.\n$/);
    await gone(...processes, database ?? 0);
    start = undefined;
  });
});
