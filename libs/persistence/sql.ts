import type { Pool, PoolClient } from 'pg';
import { BrokerError } from '#sdk';
import type { DataSource } from 'typeorm';

/** One hand-written statement; it is prepared under its name on every connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Where statements run: the pool, or one transaction. */
export interface Queryable {
  query(config: Statement & { values: unknown[] }): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

/** Hand-written SQL over the pool TypeORM uses: fewer round trips than an ORM needs where requests wait for them. */
export class Sql {
  private readonly pool: Pool;

  constructor(dataSource: DataSource) {
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  async rows<R>(statement: Statement, values: unknown[], on: Queryable = this.pool): Promise<R[]> {
    try {
      return (await on.query({ ...statement, values })).rows as R[];
    } catch (error) {
      throw translated(error);
    }
  }

  async row<R>(statement: Statement, values: unknown[], on: Queryable = this.pool): Promise<R | undefined> {
    return (await this.rows<R>(statement, values, on))[0];
  }

  /** Commits when the story returns, rolls back when it throws. */
  async transaction<T>(story: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const told = await story(client);
      await client.query('commit');
      return told;
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => (broken = failure));
      throw translated(error);
    } finally {
      client.release(broken);
    }
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw translated(error);
    }
  }
}

const CONNECTION_LOST = /^(08...|57P0[123]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND)$/;

/** A database that is away is a condition callers can be told about; anything else is a fault. */
function translated(error: unknown): unknown {
  if (error instanceof BrokerError || !(error instanceof Error)) return error;
  const code = (error as { code?: string }).code ?? '';
  const isAway = CONNECTION_LOST.test(code) || /Connection terminated|timeout exceeded when trying to connect/.test(error.message);
  if (!isAway) return error;
  return new BrokerError('Unavailable', 'the gateway cannot reach its database right now; try again later', {
    retryAfterSeconds: 10,
  });
}

/** Whether a unique constraint of this name stood in the way. */
export function violates(error: unknown, constraint: string): boolean {
  const { code, constraint: named } = error as { code?: string; constraint?: string };
  return code === '23505' && named === constraint;
}
