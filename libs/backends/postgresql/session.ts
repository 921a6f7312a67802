import type { ClientBase, QueryResultRow } from 'pg';
import { isRefusal } from './sql-errors.js';

/** Until when a verb may work. */
export interface Bounds {
  readonly signal: AbortSignal;
  readonly deadline: Date;
}

/** What is known about a verb's effects so far. */
export interface Progress {
  mayHaveChanged: boolean;
}

/** Deals with whoever blocks a server process, until the signal fires. */
export type Watch = (pid: number, signal: AbortSignal) => Promise<void>;

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
/**
 * Longest wait for one lock: a verb then gives its connection back, and tries again. Longer than the server's
 * deadlock_timeout of 1 s, after which it asks an autovacuum that is in the way to stop.
 */
const LOCK_TIMEOUT_MS = 1_500;

/** One connection at work. Postgres itself stops every change at the deadline, whatever became of the gateway. */
export class Session {
  #pid = 0;

  constructor(
    private readonly client: ClientBase,
    private readonly bounds: Bounds,
    private readonly progress: Progress,
    private readonly watch?: Watch,
  ) {}

  /** Must come first. An empty search path, because the database may hold functions made by its users. */
  async begin(): Promise<void> {
    const [settings] = await this.rows<{ pid: number }>(
      `SELECT pg_catalog.pg_backend_pid() AS pid,
              pg_catalog.set_config('search_path', 'pg_catalog', false),
              pg_catalog.set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', false),
              pg_catalog.set_config('statement_timeout', '${this.#remainingMs()}', false)`,
    );
    this.#pid = settings?.pid ?? 0;
  }

  /**
   * Takes this name unless somebody else holds it, and keeps it until {@link rest} or the end of the connection.
   * Should the gateway vanish without closing the connection, the server ends it and the lock after the deadline.
   */
  async tryLock(name: string): Promise<boolean> {
    const [lock] = await this.rows<{ taken: boolean }>(
      `SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken,
              set_config('idle_session_timeout', '${this.#remainingMs()}', false)`,
      [name],
    );
    return lock?.taken === true;
  }

  /** Must come last where the connection is used again. */
  async rest(): Promise<void> {
    this.bounds.signal.throwIfAborted();
    await this.client.query('SELECT pg_advisory_unlock_all(); SET idle_session_timeout = 0');
  }

  async rows<R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    this.bounds.signal.throwIfAborted();
    return (await this.client.query<R>(text, [...values])).rows;
  }

  /** All statements or none: they travel in one message, which Postgres runs as one transaction. */
  async change(...statements: readonly string[]): Promise<void> {
    if (statements.length === 0) return;
    await this.#effect([`SET statement_timeout = ${this.#remainingMs()}`, ...statements].join(';\n'));
  }

  /** For the statements Postgres does not run in a transaction. */
  async changeAlone(statement: string): Promise<void> {
    await this.begin();
    await this.#effect(statement);
  }

  async #effect(sql: string): Promise<void> {
    this.bounds.signal.throwIfAborted();
    const ended = new AbortController();
    const watching = this.watch?.(this.#pid, ended.signal);
    try {
      await this.client.query(sql);
      this.progress.mayHaveChanged = true;
    } catch (error) {
      if (!isRefusal(error)) this.progress.mayHaveChanged = true;
      throw error;
    } finally {
      ended.abort();
      // A blocker found late must not be ended while a later statement of this connection runs.
      await watching;
    }
  }

  #remainingMs(): number {
    const remainingMs = this.bounds.deadline.getTime() - Date.now();
    return Math.min(Math.max(Math.ceil(remainingMs), 1), LONGEST_TIMEOUT_MS);
  }
}
