import { Pool } from 'undici';

export interface BenchAsk {
  /** Any other status is an error. */
  readonly status: number;
  readonly body?: object;
}

/** A client of the gateway under load: the platform, and the administrator below `/admin`. */
export class BenchClient {
  private readonly pool: Pool;

  constructor(port: number, connections: number) {
    this.pool = new Pool(`http://127.0.0.1:${port}`, { connections });
  }

  async ask(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, { status, body }: BenchAsk): Promise<string> {
    const login = path.startsWith('/admin') ? ADMIN : PLATFORM;
    const headers = { ...login, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await this.pool.request({ method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.body.text();
    if (answer.statusCode !== status) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`);
    return text;
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

const basic = (user: string): string => `Basic ${Buffer.from(`${user}:bench`).toString('base64')}`;

/** The headers of a platform, for those who send them by themselves. */
export const PLATFORM = { authorization: basic('platform'), 'x-broker-api-version': '2.17' };

const ADMIN = { authorization: basic('admin') };
