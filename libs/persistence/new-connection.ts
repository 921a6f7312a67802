import type { ClientBase } from 'pg';

/** What Postgres says of a change in a transaction that may only read. */
const READ_ONLY = '25006';

/** For how long the server works on something, in ms, before it gives it up. Always less than its client waits. */
export interface ServerTimeouts {
  readonly statement_timeout: number;
  readonly lock_timeout: number;
  readonly idle_in_transaction_session_timeout: number;
}

/** For a pool, before it gives out a new connection. An error closes the connection. */
type OnConnect = (client: ClientBase) => Promise<void>;

/**
 * Sets the timeouts of a new connection, by SET rather than in its startup packet, which connection poolers refuse.
 *
 * A replica is refused. After a failover an address may still lead to a server that has become one: it takes connections,
 * refuses every change, and what it tells may be old. One that leads there is closed at once, so that the next one can
 * lead elsewhere.
 */
export function newConnection(timeouts: Partial<ServerTimeouts> = {}): OnConnect {
  const settings = Object.entries(timeouts).map(([name, ms]) => `set ${name} = ${ms}; `);
  const text = `${settings.join('')}select current_setting('transaction_read_only') as read_only`;
  return async (client) => {
    // The pool listens to idle connections only. One that breaks while it is in use must not end the process: the next
    // statement fails with it, and the pool closes it.
    client.on('error', () => undefined);
    const results: Results = await client.query<Row>(text);
    if (lastRowOf(results)?.read_only !== 'off') throw readOnly();
  };
}

interface Row {
  readonly read_only: string;
}

interface Result {
  readonly rows: readonly Row[];
}

/** Of several statements at once, one result each. */
type Results = Result | readonly Result[];

function lastRowOf(results: Results): Row | undefined {
  const last = 'rows' in results ? results : results.at(-1);
  return last?.rows[0];
}

function readOnly(): Error {
  return Object.assign(new Error('the server only reads: it is a replica, or was made read-only'), { code: READ_ONLY });
}
