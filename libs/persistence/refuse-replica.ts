import type { PoolClient } from 'pg';

/** What Postgres says of a change in a transaction that may only read. */
const READ_ONLY = '25006';

/**
 * For the pool, before it gives out a new connection. After a failover an address may still lead to a server that has
 * become a replica: it takes connections, refuses every change, and what it tells may be old. One that leads there is
 * given up at once, so that the next one can lead elsewhere.
 */
export function refuseReplica(client: PoolClient, done: (error?: Error) => void): void {
  // Nobody else listens yet: a connection that breaks now would end the process. The statement fails with it.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  client.query<{ transaction_read_only: string }>('show transaction_read_only', (error: Error | undefined, result) => {
    client.removeListener('error', ignore);
    if (error) return done(error);
    done(result.rows[0]?.transaction_read_only === 'off' ? undefined : readOnly());
  });
}

function readOnly(): Error {
  return Object.assign(new Error('the server only reads: it is a replica, or was made read-only'), { code: READ_ONLY });
}
