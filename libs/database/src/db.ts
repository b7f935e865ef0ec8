import type { Actor } from '#kernel';
import type { DataSource, EntityManager } from 'typeorm';
import type { ContextSeal } from './context-seal.js';

declare const scoped: unique symbol;
declare const unscoped: unique symbol;

/** A transaction opened for one organisation. Only {@link Db.as} can make one. */
export type Tx = EntityManager & { readonly [scoped]: true };
/** A transaction of no organisation: what it may touch is what its database role may. Only {@link Db.asSystem} makes one. */
export type SystemTx = EntityManager & { readonly [unscoped]: true };

/** The one door to the database. */
export class Db {
  constructor(
    private readonly source: DataSource,
    private readonly seal: ContextSeal,
  ) {}

  /** One transaction for one organisation. It ends in commit, or in rollback when `work` throws. */
  as<T>(actor: Pick<Actor, 'organisationId'>, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction((manager) => work(manager as Tx), this.seal.sign(actor.organisationId));
  }

  /** One transaction without an organisation; `reason` says why there is none, for whoever reads the call. */
  asSystem<T>(reason: string, work: (tx: SystemTx) => Promise<T>): Promise<T> {
    if (reason === '') throw new Error('asSystem needs a reason');
    return this.transaction((manager) => work(manager as SystemTx), '');
  }

  close(): Promise<void> {
    return this.source.destroy();
  }

  private async transaction<T>(work: (manager: EntityManager) => Promise<T>, context: string): Promise<T> {
    const runner = this.source.createQueryRunner();
    await runner.connect();
    try {
      // Not awaited one by one: begin, the setting and the first query of `work` leave in one packet.
      // query('begin'), not startTransaction(): that one sends its BEGIN later, after the setting.
      const begun = runner.query('begin');
      // Ends with the transaction, so a pooled connection carries nothing over. Signed: SQL alone cannot forge it.
      const set = runner.query(`select set_config('app.context', $1, true)`, [context]);
      // TypeORM did not see our begin; untold, save() or a nested transaction() would commit it half-way.
      Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
      const done = await settle(begun, set, work(runner.manager));
      await runner.query('commit');
      return done;
    } catch (error) {
      await runner.query('rollback').catch(() => undefined); // the connection may be what failed
      throw error;
    } finally {
      Object.assign(runner, { isTransactionActive: false, transactionDepth: 0 });
      await runner.release();
    }
  }
}

/** Promise.all that waits for every part before it throws, so nothing is still running at the rollback. */
async function settle<T>(begun: Promise<unknown>, set: Promise<unknown>, work: Promise<T>): Promise<T> {
  await Promise.allSettled([begun, set, work]);
  const [, , done] = await Promise.all([begun, set, work]);
  return done;
}
