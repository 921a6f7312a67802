import { setTimeout as pause } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import type { Secrets } from './invariants/secrets.js';
import type { Login } from './login.js';
import type { Random } from '../faults/random.js';
import type { Violations } from './violations.js';

export type Row = Record<string, unknown>;

/** What all sessions of a run share. */
export interface Arena {
  readonly violations: Violations;
  readonly secrets: Secrets;
}

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 5_000;
const MOST_HELD = 4;

/** One connection of an attacker. What the server refuses is no error here: most of what is tried is refused. */
export class Connection {
  private constructor(
    private readonly client: Client,
    private readonly login: Login,
    private readonly arena: Arena,
  ) {}

  /** With any password of the login, into its database or another one; undefined where it was refused. */
  static async open(login: Login, arena: Arena, random: Random, database = login.database): Promise<Connection | undefined> {
    const { host, port, username } = login;
    const password = random.pick(login.passwords);
    const client = new Client({ host, port, database, user: username, password, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    client.on('error', () => undefined);
    const startedAtMs = Date.now();
    try {
      await client.connect();
      accepted(login, arena, startedAtMs, 'a login');
      return new Connection(client, login, arena);
    } catch {
      await end(client);
      return undefined;
    }
  }

  /** The rows of the last statement; none where the server refused, or did not answer in time. */
  async run(sql: string): Promise<Row[]> {
    const startedAtMs = Date.now();
    try {
      const rows = await this.answered(sql);
      accepted(this.login, this.arena, startedAtMs, sql);
      this.arena.secrets.seenBy(this.login.tenant, rows, sql);
      return rows;
    } catch (error) {
      if (!(error instanceof DatabaseError)) await this.close();
      else this.arena.secrets.seenBy(this.login.tenant, [error.message, error.detail, error.hint], sql);
      return [];
    }
  }

  /** Sends a statement without waiting for its end. */
  start(sql: string): void {
    this.client.query(sql).catch(() => undefined);
  }

  async close(): Promise<void> {
    await end(this.client);
  }

  private async answered(sql: string): Promise<Row[]> {
    const timeout = new AbortController();
    const late = pause(STATEMENT_TIMEOUT_MS, undefined, { signal: timeout.signal, ref: false }).then(() => {
      throw new Error('not answered in time');
    });
    late.catch(() => undefined);
    try {
      const result = await Promise.race([this.client.query<Row>(sql), late]);
      return (Array.isArray(result) ? (result.at(-1) as typeof result) : result).rows;
    } finally {
      timeout.abort();
    }
  }
}

/** An attacker's work with one login: a connection that is opened again when it is lost, and some that stay open. */
export class Session {
  private connection: Connection | undefined;
  private readonly held: Connection[] = [];
  private isClosed = false;

  constructor(
    readonly login: Login,
    readonly arena: Arena,
    private readonly random: Random,
  ) {}

  async run(...statements: readonly string[]): Promise<Row[]> {
    let rows: Row[] = [];
    for (const sql of statements) {
      if (this.isClosed) return [];
      this.connection ??= await Connection.open(this.login, this.arena, this.random);
      if (this.connection === undefined) return [];
      rows = await this.connection.run(sql);
    }
    return rows;
  }

  /** Gives its connection up, so that the next statement opens a new one. */
  async reconnect(): Promise<void> {
    await this.connection?.close();
    this.connection = undefined;
  }

  /** A connection that stays open with its transaction and locks until others take its place, or the attack ends. */
  async hold(...statements: readonly string[]): Promise<Connection | undefined> {
    const connection = this.isClosed ? undefined : await Connection.open(this.login, this.arena, this.random);
    if (connection === undefined) return undefined;
    if (this.held.push(connection) > MOST_HELD) await this.held.shift()?.close();
    for (const sql of statements) await connection.run(sql);
    return connection;
  }

  /** For good: what an action still does with it has no effect. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.reconnect();
    await Promise.all(this.held.map((each) => each.close()));
  }
}

/** Nothing that was sent after the answer to the unbind may be carried out. */
function accepted(login: Login, { violations }: Arena, startedAtMs: number, what: string): void {
  if (login.endedAtMs === undefined || startedAtMs <= login.endedAtMs) return;
  const lateMs = startedAtMs - login.endedAtMs;
  violations.add('an unbound login is refused', `${login.username}, ${lateMs} ms after the answer: ${what}`);
}

async function end(client: Client): Promise<void> {
  // Ends at once while a statement runs; bounded for a server that does not answer.
  await Promise.race([client.end().catch(() => undefined), pause(1_000, undefined, { ref: false })]);
}
