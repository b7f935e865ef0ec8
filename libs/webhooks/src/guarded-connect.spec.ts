import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { Agent, type buildConnector, request } from 'undici';
import {
  BlockedAddressError,
  guardedConnector,
  resolveByDns,
  UnresolvedNameError,
  type Resolve,
} from './guarded-connect.js';

const strict = { allowLoopbackHttp: false };
const trying = { allowLoopbackHttp: true };
const spellings = JSON.parse(
  readFileSync(new URL('../fixtures/loopback-spellings.json', import.meta.url), 'utf8'),
) as Record<string, readonly string[]>;
const toLoopback: Resolve = () => Promise.resolve(['127.0.0.1']);

/** What the connector would dial for a host, or the error it gives instead. */
async function dialled(
  hostname: string,
  resolve: Resolve,
  { policy = strict, down = [] as readonly string[], ...rest } = {},
): Promise<{ dials: buildConnector.Options[]; error: Error | null }> {
  const dials: buildConnector.Options[] = [];
  const dial: buildConnector.connector = (options, callback) => {
    dials.push(options);
    if (down.includes(options.hostname)) callback(new Error('down'), null);
    else callback(null, new Socket());
  };
  const error = await new Promise<Error | null>((done) => {
    const options = { hostname, host: hostname, protocol: 'https:', port: '443', ...rest };
    guardedConnector(policy, resolve, dial)(options, (...[failed]) => done(failed));
  });
  return { dials, error };
}

describe('guardedConnector before a canary on this machine', () => {
  let canary: Server;
  let hits = 0;
  let port = 0;

  beforeAll(async () => {
    canary = createServer((_, response) => {
      hits += 1;
      response.end();
    });
    await new Promise<void>((listening) => canary.listen(0, '127.0.0.1', listening));
    port = (canary.address() as AddressInfo).port;
  });
  afterAll(() => canary.close());

  it('has a canary that an unguarded client does reach', async () => {
    const before = hits;
    const agent = new Agent();
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1']) {
      await (await request(`http://${host}:${port}/`, { dispatcher: agent })).body.dump();
    }
    await agent.close();
    expect(hits - before).toBe(3);
  });

  it('knows at least 74 spellings', () => {
    expect(Object.values(spellings).flat().length).toBeGreaterThanOrEqual(74);
  });

  it.each(Object.keys(spellings))('never reaches it by %s', async (kind) => {
    const before = hits;
    const agent = new Agent({ connect: guardedConnector(strict, toLoopback) });
    for (const text of spellings[kind] ?? []) {
      const url = text.replace('PORT', String(port));
      await expect((async () => request(url, { method: 'POST', dispatcher: agent }))()).rejects.toBeDefined();
    }
    await agent.destroy();
    expect(hits).toBe(before);
  });

  it.each(['localhost', '127.0.0.1'])('reaches it by %s where loopback is allowed', async (host) => {
    const before = hits;
    const agent = new Agent({ connect: guardedConnector(trying, toLoopback) });
    await (await request(`http://${host}:${port}/`, { dispatcher: agent })).body.dump();
    await agent.close();
    expect(hits - before).toBe(1);
  });

  it('does not reach it by a name that resolves to loopback, even where loopback is allowed', async () => {
    const agent = new Agent({ connect: guardedConnector(trying, toLoopback) });
    await expect(request(`http://rebind.example:${port}/`, { dispatcher: agent })).rejects.toThrow(BlockedAddressError);
    await agent.destroy();
  });
});

describe('guardedConnector', () => {
  it('dials the address it vetted and keeps the name for certificate and SNI', async () => {
    const { dials, error } = await dialled('hooks.example', () => Promise.resolve(['93.184.215.14']));
    expect(error).toBeNull();
    expect(dials).toEqual([expect.objectContaining({ hostname: '93.184.215.14', servername: 'hooks.example' })]);
  });

  it('dials a public IP literal without asking DNS', async () => {
    const resolve = () => Promise.reject(new Error('asked'));
    expect((await dialled('[2606:4700:4700::1111]', resolve)).dials[0]?.hostname).toBe('2606:4700:4700::1111');
    expect((await dialled('8.8.8.8', resolve)).dials[0]).not.toHaveProperty('servername');
  });

  it.each([
    ['a private address', ['10.0.0.5']],
    ['a metadata address', ['169.254.169.254']],
    ['a public A and a private AAAA', ['93.184.215.14', 'fd00::1']],
    ['a private A and a public AAAA', ['192.168.0.1', '2606:4700:4700::1111']],
    ['a private address last of many', ['8.8.8.8', '8.8.4.4', '1.1.1.1', '127.0.0.1']],
    ['IPv4-mapped loopback', ['::ffff:127.0.0.1']],
    ['something that is no address', ['hooks.example']],
  ])('dials nothing for a name with %s', async (_, addresses) => {
    const { dials, error } = await dialled('hooks.example', () => Promise.resolve(addresses));
    expect(error).toBeInstanceOf(BlockedAddressError);
    expect(dials).toEqual([]);
  });

  it('judges each connection anew, so a name that turns private later is refused', async () => {
    const answers = [['93.184.215.14'], ['127.0.0.1']];
    const resolve = () => Promise.resolve(answers.shift() ?? []);
    expect((await dialled('hooks.example', resolve)).dials).toHaveLength(1);
    expect((await dialled('hooks.example', resolve)).error).toBeInstanceOf(BlockedAddressError);
  });

  it('asks DNS once for each connection, so nothing can change between check and use', async () => {
    let asked = 0;
    await dialled('hooks.example', () => Promise.resolve([((asked += 1), '93.184.215.14')]));
    expect(asked).toBe(1);
  });

  it('tries one address of each family at most', async () => {
    const all = ['2606:4700::1', '2606:4700::2', '8.8.8.8', '8.8.4.4'];
    const { dials, error } = await dialled('hooks.example', () => Promise.resolve(all), { down: all });
    expect(dials.map(({ hostname }) => hostname)).toEqual(['8.8.8.8', '2606:4700::1']);
    expect(error?.message).toBe('down');
    const half = await dialled('hooks.example', () => Promise.resolve(all), { down: ['8.8.8.8'] });
    expect(half.error).toBeNull();
  });

  it('takes an empty answer for a name without address', async () => {
    const { error } = await dialled('hooks.example', () => Promise.resolve([]));
    expect(error).toMatchObject({ code: 'ERR_UNRESOLVED_NAME' });
  });
});

describe('resolveByDns', () => {
  /** Asks a name server on this machine that gives every question the same answer. */
  async function ask(answer: (query: Buffer) => Buffer | undefined): Promise<readonly string[]> {
    const server = createSocket('udp4');
    server.on('message', (query, { port }) => {
      const reply = answer(query);
      if (reply !== undefined) server.send(reply, port, '127.0.0.1');
    });
    await new Promise<void>((bound) => server.bind(0, '127.0.0.1', bound));
    const dns = new Resolver({ timeout: 100, tries: 1 });
    dns.setServers([`127.0.0.1:${server.address().port}`]);
    try {
      return await resolveByDns('hooks.example', dns);
    } finally {
      server.close();
    }
  }
  /** A reply that echoes the question, with a response code and, to questions for A, an address. */
  const reply = (query: Buffer, code: number, address: readonly number[] = []): Buffer => {
    const end = query.indexOf(0, 12) + 5;
    const answered = address.length > 0 && query.readUInt16BE(end - 4) === 1;
    const header = [0x81, 0x80 | code, 0, 1, 0, answered ? 1 : 0, 0, 0, 0, 0];
    const record = answered ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address] : [];
    return Buffer.concat([query.subarray(0, 2), Buffer.from(header), query.subarray(12, end), Buffer.from(record)]);
  };

  it('gives the addresses of one family when the other has none', async () => {
    expect(await ask((query) => reply(query, 0, [93, 184, 215, 14]))).toEqual(['93.184.215.14']);
  });

  // Whoever owns a name decides what its servers say. None of it may pass for a fault of ours, which is never counted.
  it.each([
    ['an empty answer', (query: Buffer) => reply(query, 0)],
    ['a format error', (query: Buffer) => reply(query, 1)],
    ['a server failure', (query: Buffer) => reply(query, 2)],
    ['no such name', (query: Buffer) => reply(query, 3)],
    ['not implemented', (query: Buffer) => reply(query, 4)],
    ['a refusal', (query: Buffer) => reply(query, 5)],
    ['silence', () => undefined],
    ['rubbish', () => Buffer.from('rubbish')],
  ])('counts %s against the name', async (_, answer) => {
    await expect(ask(answer)).rejects.toMatchObject({ code: 'ERR_UNRESOLVED_NAME' });
  });

  it('counts name servers out of reach against nobody', async () => {
    const nobody = new Resolver({ timeout: 200, tries: 1 });
    nobody.setServers(['127.0.0.1:1']);
    await expect(resolveByDns('hooks.example', nobody)).rejects.toThrow(UnresolvedNameError);
    await expect(resolveByDns('hooks.example', nobody)).rejects.toMatchObject({ code: 'ERR_NAME_SERVERS' });
  });
});
