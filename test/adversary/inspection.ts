import { setTimeout as pause } from 'node:timers/promises';
import { Client, type QueryResultRow } from 'pg';

const ATTEMPTS = 100;

/** What a superuser sees on the tenants' server. Goes on when the server, or an attacker, ends its connection. */
export class Inspection {
  private client: Client | undefined;

  constructor(private readonly url: string) {}

  /** @throws what the last attempt failed with */
  async rows<R extends QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const client = (this.client ??= await this.connected());
        return (await client.query<R>(sql, [...values])).rows;
      } catch (error) {
        this.client = undefined;
        if (attempt === ATTEMPTS) throw error;
        await pause(100);
      }
    }
  }

  async oidOf(role: string): Promise<number | undefined> {
    const [found] = await this.rows<{ oid: number }>('SELECT oid FROM pg_roles WHERE rolname = $1', [role]);
    return found?.oid;
  }

  async close(): Promise<void> {
    await this.client?.end();
  }

  private async connected(): Promise<Client> {
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 10_000 });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
}
