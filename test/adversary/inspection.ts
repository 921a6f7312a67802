import { setTimeout as pause } from 'node:timers/promises';
import { Pool, type QueryResultRow } from 'pg';

const ATTEMPTS = 100;
const PAUSE_MS = 100;

/** What a superuser sees on the tenants' server. Tries again while the server, or an attacker, refuses it. */
export class Inspection {
  private readonly pool: Pool;

  constructor(url: string) {
    this.pool = new Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 10_000 });
    this.pool.on('error', () => undefined);
  }

  /** @throws what the last attempt failed with */
  async rows<R extends QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.pool.query<R>(sql, [...values])).rows;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await pause(PAUSE_MS);
      }
    }
  }

  async oidOf(role: string): Promise<number | undefined> {
    const [found] = await this.rows<{ oid: number }>('SELECT oid FROM pg_roles WHERE rolname = $1', [role]);
    return found?.oid;
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
