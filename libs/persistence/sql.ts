import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { orUnavailable } from './unavailable.js';

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

  /** Commits when the story returns, rolls back when it throws. */
  async transaction<T>(story: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connect();
    let broken: Error | undefined;
    // The pool listens only to idle connections: one that is lost between two statements would end the process.
    const lost = (error: Error): void => void (broken = error);
    client.on('error', lost);
    try {
      await client.query('begin');
      const told = await story(client);
      await client.query('commit');
      return told;
    } catch (error) {
      await client.query('rollback').catch(lost);
      throw orUnavailable(error);
    } finally {
      client.removeListener('error', lost);
      client.release(broken);
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
