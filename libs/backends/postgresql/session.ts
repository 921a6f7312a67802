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

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** One connection at work. Postgres itself stops every change at the deadline, whatever became of the gateway. */
export class Session {
  constructor(
    private readonly client: ClientBase,
    private readonly bounds: Bounds,
    private readonly progress: Progress,
  ) {}

  /** Must come first. An empty search path, because the database may hold functions made by its users. */
  async begin(): Promise<void> {
    await this.#send(`SET search_path = pg_catalog; SET statement_timeout = ${this.#remainingMs()}`);
  }

  /**
   * Waits until nobody else holds this name and keeps it until {@link rest} or the end of the connection. Should the
   * gateway vanish without closing the connection, the server ends it and the lock after the deadline.
   */
  async lock(name: string): Promise<void> {
    await this.#send(`SET idle_session_timeout = ${this.#remainingMs()}`);
    await this.rows('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
  }

  /** Must come last where the connection is used again. */
  async rest(): Promise<void> {
    await this.#send('SELECT pg_advisory_unlock_all(); SET idle_session_timeout = 0');
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
    try {
      await this.client.query(sql);
      this.progress.mayHaveChanged = true;
    } catch (error) {
      if (!isRefusal(error)) this.progress.mayHaveChanged = true;
      throw error;
    }
  }

  async #send(sql: string): Promise<void> {
    this.bounds.signal.throwIfAborted();
    await this.client.query(sql);
  }

  #remainingMs(): number {
    const remainingMs = this.bounds.deadline.getTime() - Date.now();
    return Math.min(Math.max(Math.ceil(remainingMs), 1), LONGEST_TIMEOUT_MS);
  }
}
