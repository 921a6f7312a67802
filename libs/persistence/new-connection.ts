import type { PoolClient } from 'pg';

/** What Postgres says of a change in a transaction that may only read. */
const READ_ONLY = '25006';

/** For how long the server works on something, in ms, before it gives it up. Always less than its client waits. */
export interface ServerTimeouts {
  readonly statement_timeout: number;
  readonly lock_timeout: number;
  readonly idle_in_transaction_session_timeout: number;
}

/** For a pool, before it gives out a new connection: the connection, or an error that closes it. */
export type Verify = (client: PoolClient, done: (error?: Error) => void) => void;

/**
 * Sets the timeouts of a new connection, by SET rather than in its startup packet, which connection poolers refuse.
 *
 * A replica is refused. After a failover an address may still lead to a server that has become one: it takes connections,
 * refuses every change, and what it tells may be old. One that leads there is closed at once, so that the next one can
 * lead elsewhere.
 */
export function newConnection(timeouts: Partial<ServerTimeouts> = {}): Verify {
  const settings = Object.entries(timeouts).map(([name, ms]) => `set ${name} = ${ms}; `);
  const text = `${settings.join('')}select current_setting('transaction_read_only') as read_only`;
  return (client, done) => {
    // Nobody else listens yet: a connection that breaks now would end the process. The statement fails with it.
    const ignore = (): void => undefined;
    client.on('error', ignore);
    client.query<Row>(text, (error: Error | undefined, results: Results | undefined) => {
      client.removeListener('error', ignore);
      if (error) return done(error);
      done(lastRowOf(results)?.read_only === 'off' ? undefined : readOnly());
    });
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

function lastRowOf(results: Results | undefined): Row | undefined {
  const last = results === undefined || 'rows' in results ? results : results.at(-1);
  return last?.rows[0];
}

function readOnly(): Error {
  return Object.assign(new Error('the server only reads: it is a replica, or was made read-only'), { code: READ_ONLY });
}
