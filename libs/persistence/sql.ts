import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { isLost, orUnavailable } from './unavailable.js';

/** One hand-written statement; it is prepared under its name on every connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Where statements run: the pool, or one transaction. */
export interface Queryable {
  query(config: Statement & { values: unknown[] }): Promise<{ rows: unknown[] }>;
}

/** Hand-written SQL over the pool TypeORM uses: fewer round trips than an ORM needs where requests wait for them. */
export class Sql {
  private readonly pool: Pool;

  constructor(database: DataSource) {
    this.pool = (database.driver as unknown as { master: Pool }).master;
  }

  async rows<R>(statement: Statement, values: unknown[], on: Queryable = this.pool): Promise<R[]> {
    try {
      return (await on.query({ ...statement, values })).rows as R[];
    } catch (error) {
      throw orUnavailable(error);
    }
  }

  async row<R>(statement: Statement, values: unknown[], on: Queryable = this.pool): Promise<R | undefined> {
    return (await this.rows<R>(statement, values, on))[0];
  }

  /**
   * Commits when the story returns, rolls back when it throws.
   *
   * @param isCommitted looks whether it was committed, where the answer to that was lost
   */
  async transaction<T>(story: (client: PoolClient) => Promise<T>, isCommitted = (): Promise<boolean> => Promise.resolve(false)): Promise<T> {
    let told: { readonly what: T } | undefined;
    const work = this.onOneClient(async (client) => {
      await client.query('begin');
      told = { what: await story(client) };
      await client.query('commit');
      return told;
    });
    const { what } = await this.unlessDone(work, async () => told !== undefined && isCommitted(), () => told as { what: T });
    return what;
  }

  private async onOneClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connect();
    let isBroken = false;
    try {
      return await work(client);
    } catch (error) {
      isBroken = isLost(error) || (await client.query('rollback').then(() => false, () => true));
      throw orUnavailable(error);
    } finally {
      client.release(isBroken);
    }
  }

  /** What was asked. Where the answer was lost, a look on another connection tells whether it was done all the same. */
  async unlessDone<T>(work: Promise<T>, isDone: () => Promise<boolean>, done: () => T): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (isLost(error) && (await isDone().catch(() => false))) return done();
      throw error;
    }
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw orUnavailable(error);
    }
  }
}
