import { readConfig } from '#config';
import { runtimeUrl } from '#database';
import { aDatabase } from '#testing';
import { prepareDatabase } from './prepare-database.js';
import { run } from './program.js';

describe('crossline', () => {
  const database = aDatabase();
  let stopped = 0;
  const stop = () => {
    stopped++;
    return Promise.resolve();
  };

  const prepare = (url: string) => prepareDatabase(url, readConfig({}), database.secret);

  /** One command line as a shell would give it. */
  const crossline = async (...argv: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await run(argv, {
      database: () => Promise.resolve({ url: database.url, stop }),
      prepare,
      out: (text) => out.push(text),
      err: (text) => err.push(text),
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  const json = async (...argv: string[]): Promise<unknown> => {
    const { out } = await crossline(...argv, '--json');
    return JSON.parse(out);
  };

  it('takes an organisation from admission to a group', async () => {
    const added = await crossline('organisation', 'add', 'Harbour Bank', '--kind', 'COMPANY', '--country', 'DE');
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.out).toContain('It has no key yet: crossline key add ');
    expect((await crossline('organisation', 'list')).out).toMatch(/Harbour Bank +COMPANY +DE +ACTIVE +none/);

    const key = await crossline('key', 'add', 'Harbour Bank', '--scopes', 'read, reports:write');
    expect(key.out).toMatch(/: reports:write, read; expires never\.\n.*this once.*\nxl_[a-z0-9]{16}_[\w-]{43}$/s);
    expect((await crossline('organisation', 'list')).out).toMatch(/ACTIVE +1 /);

    expect((await crossline('group', 'add', 'Ring')).code).toBe(0);
    expect((await crossline('group', 'join', 'Ring', 'Harbour Bank')).out).toBe(
      'Harbour Bank is now a member of Ring.',
    );
    expect((await crossline('group', 'join', 'Ring', 'Harbour Bank')).out).toContain('was already');
    expect((await crossline('group', 'list')).out).toMatch(/Ring .*Harbour Bank$/);
    expect((await crossline('group', 'leave', 'Ring', 'Harbour Bank')).out).toContain('no longer');

    expect((await crossline('organisation', 'suspend', 'Harbour Bank')).out).toBe('Harbour Bank is suspended.');
    expect((await crossline('organisation', 'reinstate', 'Harbour Bank')).out).toContain('active again');
  });

  it('shows a key once, and works on its id afterwards', async () => {
    await crossline('organisation', 'add', 'Key holder', '--kind', 'COMPANY');
    const { id, key } = (await json('key', 'add', 'Key holder', '--expires-in-days', '7')) as Record<string, string>;
    const secret = key?.slice(20) ?? '';
    expect(secret).toHaveLength(43);
    expect((await crossline('key', 'list', 'Key holder')).out).toMatch(/default +ACTIVE/);
    expect((await crossline('key', 'revoke', id ?? '')).out).toBe('The key is revoked.');
    expect((await crossline('key', 'revoke', id ?? '')).out).toContain('before');
    expect(JSON.stringify([await json('key', 'list', 'Key holder'), await json('audit', 'list')])).not.toContain(
      secret,
    );
  });

  it('says in the audit who it was', async () => {
    await crossline('--as', 'olivia', 'organisation', 'list');
    const { out } = await crossline('audit', 'list', '--first', '1');
    expect(out).toMatch(/olivia +organisation\.listed +-$/);
  });

  it.each([
    [['organisation', 'add', 'X'], '--kind'],
    [['organisation', 'add', '--kind', 'COMPANY'], "'name'"],
    [['organisation', 'add', 'X', '--kind', 'POLICE'], 'kind: It must be one of'],
    [['organisation', 'add', ' ', '--kind', 'COMPANY'], 'name: It must not be empty. (name.empty)'],
    [['organisation', 'add', 'X', '--kind', 'COMPANY', '--country', 'Narnia'], 'country'],
    [['key', 'add', 'X', '--scopes', 'root'], 'scopes'],
    [['key', 'add', 'X', '--expires-in-days', '-1'], 'expires-in-days'],
    [['audit', 'list', '--first', 'all'], 'first'],
    [['organisation', 'list', '--as', ''], 'as'],
    [['organisation', 'abolish'], 'unknown command'],
    [['--nonsense'], 'unknown option'],
  ])('answers bad input %j with exit code 2, naming the field', async (argv, said) => {
    const answer = await crossline(...argv);
    expect(answer).toMatchObject({ code: 2, out: '' });
    expect(answer.err).toContain(said);
    expect(answer.err).not.toMatch(/\n +at |POLICE|Narnia|root/);
  });

  it.each([
    [['organisation', 'suspend', 'Nobody'], 'organisation: there is none'],
    [['key', 'revoke', 'aaaaaaaaaaaaaaaa'], 'key: there is none'],
    [['group', 'join', 'Nothing', 'Nobody'], 'group: there is none'],
  ])('answers what does not exist, %j, with exit code 1', async (argv, said) => {
    const answer = await crossline(...argv);
    expect(answer).toMatchObject({ code: 1, out: '' });
    expect(answer.err).toContain(said);
    expect(answer.err).not.toContain('Nobody');
  });

  it('says without a stack that a database is not prepared or not there', async () => {
    const at = (url: string) => {
      const lines: string[] = [];
      const terminal = { out: () => undefined, err: (text: string) => lines.push(text) };
      const connection = () => Promise.resolve({ url, stop: () => Promise.resolve() });
      return run(['group', 'list'], { ...terminal, database: connection, prepare }).then((code) => ({
        code,
        said: lines.join(),
      }));
    };
    const empty = new URL(database.url);
    empty.pathname = 'postgres';
    expect(await at(empty.href)).toEqual({ code: 1, said: expect.stringContaining('not prepared') as unknown });
    const gone = await at('postgres://nobody@127.0.0.1:1/none');
    expect(gone.code).toBe(1);
    expect(gone.said).toMatch(/^crossline: .*ECONNREFUSED/);
  });

  it('prepares an empty database, says what it applied, and does it no second time', async () => {
    const name = `${new URL(database.url).pathname.slice(1)}_empty`;
    await database.sql(`create database ${name}`);
    const url = Object.assign(new URL(database.url), { pathname: name }).href;
    const migrate = async () => {
      const out: string[] = [];
      const connection = () => Promise.resolve({ url, stop });
      await run(['migrate'], {
        database: connection,
        prepare,
        out: (text) => out.push(text),
        err: (text) => out.push(text),
      });
      return out.join();
    };
    try {
      expect(await migrate()).toMatch(/^Applied:\n {2}Foundation\d+\n.*\nThe database is up to date\.$/s);
      expect(await migrate()).toBe('The database is up to date.');
    } finally {
      const roles = (['api', 'worker'] as const).map(
        (role) => new URL(runtimeUrl(url, role, database.secret)).username,
      );
      await database.sql(`drop database ${name} with (force)`);
      for (const role of roles) await database.sql(`drop role if exists ${role}`);
    }
  });

  it('prints its help with exit code 0, and lets the database go after each command', async () => {
    const before = stopped;
    expect(await crossline('--help')).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('Usage') as unknown,
    });
    expect(stopped).toBe(before);
    await crossline('group', 'leave', 'Nothing', 'Nobody');
    expect(stopped).toBe(before + 1);
  });
});
