import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '#kernel';
import { aDatabase, anOrganisation } from '#testing';
import { conflict, once, type Db } from './index.js';

describe('once', () => {
  const database = aDatabase();
  let db: Db;
  let bank: Actor;
  let shop: Actor;
  let done = 0;
  beforeAll(async () => {
    db = await database.db('api');
    [bank, shop] = [await anOrganisation(database), await anOrganisation(database)];
  });
  beforeEach(() => {
    done = 0;
  });
  interface Call {
    actor?: Actor;
    operation?: string;
    content?: unknown;
    work?: () => Promise<object>;
  }
  const call = (
    key: string | null | undefined,
    { actor = bank, operation = 'publish', content = { n: 1 }, work }: Call = {},
  ) =>
    db.as(actor, (tx) =>
      once(tx, { actor, operation, key, content }, work ?? (() => Promise.resolve({ answer: ++done, none: null }))),
    );
  const fails = () => Promise.reject(new Error('half-way'));

  it('does the work the first time and gives the same answer after that', async () => {
    expect([await call('a'), await call('a'), await call('a')]).toEqual(Array(3).fill({ answer: 1, none: null }));
    expect(done).toBe(1);
  });

  it('calls the same key with other content a conflict', async () => {
    await call('b');
    expect(await call('b', { content: { n: 2 } })).toBe(conflict);
    expect(done).toBe(1);
  });

  it('keeps the keys of each organisation and of each operation apart', async () => {
    await call('c');
    expect(await call('c', { actor: shop, content: { n: 2 } })).toEqual({ answer: 2, none: null });
    expect(await call('c', { operation: 'withdraw' })).toEqual({ answer: 3, none: null });
  });

  it('does the work each time where there is no key', async () => {
    await call(null);
    await call(undefined);
    expect(done).toBe(2);
  });

  it('forgets a call that failed, so that it can be tried again', async () => {
    await expect(call('d', { work: fails })).rejects.toThrow('half-way');
    expect(await call('d')).toEqual({ answer: 1, none: null });
  });

  it('lets a second call wait for the first and gives it the same answer, or its turn when the first fails', async () => {
    const slowly = (work: () => Promise<object>) => () => sleep(40).then(work);
    const first = call('e', { work: slowly(() => Promise.resolve({ answer: ++done })) });
    expect(await Promise.all([first, call('e'), call('e')])).toEqual(Array(3).fill({ answer: 1 }));
    const failing = call('f', { work: slowly(fails) });
    const waiting = sleep(10).then(() => call('f'));
    await expect(failing).rejects.toThrow('half-way');
    expect(await waiting).toEqual({ answer: 2, none: null });
  });

  it('refuses a key that the database cannot take', async () => {
    await expect(call('a\u0000b')).rejects.toMatchObject({ fault: { field: 'idempotencyKey', rule: 'text.control' } });
  });

  it('is forgotten after a day, by the worker alone', async () => {
    await call('g');
    await call('h');
    await database.sql(`update idempotency set created_at = now() - interval '25 hours' where key = 'g'`);
    const worker = await database.db('worker');
    await worker.asSystem('forgets', (tx) => tx.query('select app.forget_old_answers()'));
    const keys = await database.sql<{ key: string }>(`select key from idempotency where key in ('g', 'h')`);
    expect(keys).toEqual([{ key: 'h' }]);
    await expect(db.asSystem('forgets', (tx) => tx.query('select app.forget_old_answers()'))).rejects.toThrow('denied');
  });
});
