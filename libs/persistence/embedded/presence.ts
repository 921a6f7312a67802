import { Socket } from 'node:net';
import { Client } from 'pg';
import type { PostgresConnection } from './postgres-connection.js';

/**
 * A connection that shows other gateways on the same data folder that this one is there, by a shared advisory lock.
 * Whoever leaves and then gets the lock exclusively was the last, and nobody can join until the server is down.
 */
export interface Presence {
  /** Of the last one the server can be stopped. When the connection was lost, nobody can tell. */
  leave(): Promise<'last' | 'others' | 'lost'>;
}

// Any number will do: it is the only advisory lock in the database `postgres` of an embedded server.
const PRESENCE_LOCK = 2_017;
const CONNECT_TIMEOUT_MS = 5_000;

/** Joins a server that is ready. Waits while the last gateway before us stops it; throws what `pg` throws. */
export async function joinServer(connection: PostgresConnection, onLost: () => void): Promise<Presence> {
  const socket = new Socket();
  const client = new Client({
    ...connection,
    ssl: false,
    application_name: 'osb-gateway presence',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    stream: () => socket,
  });
  let present = false;
  client.on('error', () => {
    if (present) onLost();
    present = false;
  });
  await enter(client);
  present = true;
  // A process with nothing else to do may end; its lock goes with it.
  socket.unref();

  return {
    leave: async () => {
      if (!present) return 'lost';
      present = false;
      socket.ref();
      return handOver(client)
        .catch(() => 'lost' as const)
        .finally(() => socket.unref());
    },
  };
}

async function enter(client: Client): Promise<void> {
  try {
    await client.connect();
    await client.query('select pg_advisory_lock_shared($1)', [PRESENCE_LOCK]);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

/** The last one keeps the connection, and with it the lock, until the server is gone. */
async function handOver(client: Client): Promise<'last' | 'others'> {
  await client.query('select pg_advisory_unlock_shared($1)', [PRESENCE_LOCK]);
  const { rows } = await client.query<{ last: boolean }>('select pg_try_advisory_lock($1) as last', [PRESENCE_LOCK]);
  if (rows[0]?.last) return 'last';
  await client.end();
  return 'others';
}
