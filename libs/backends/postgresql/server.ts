import type { ClientConfig } from 'pg';
import type { AddressGuard } from '#sdk';
import { guardedSocket } from './guarded-socket.js';
import type { SslMode } from './ssl-mode.js';

/** A PostgreSQL server and the role the gateway administers it with. */
export interface PostgresqlServer {
  readonly host: string;
  readonly port: number;
  /** A superuser, or a role with CREATEDB, CREATEROLE and INHERIT. */
  readonly user: string;
  readonly password: string;
  /** The database the gateway signs in to. `postgres` when absent. */
  readonly database?: string | undefined;
  /** `disable` when absent. */
  readonly ssl?: SslMode | undefined;
  /** PEM of the authority. The system's authorities when absent. */
  readonly caCertificate?: string | undefined;
  /** What applications connect to, where it differs from `host` and `port`. */
  readonly publicHost?: string | undefined;
  readonly publicPort?: number | undefined;
  /** Nobody else uses this server: CONNECT on `postgres` and `template1` may be taken from PUBLIC. */
  readonly dedicated?: boolean | undefined;
  /** A folder of this machine on the disk of the server's data: free space is watched there. */
  readonly dataDirectory?: string | undefined;
  /** Decides which addresses `host` may have. Absent for the gateway's own servers, which are always reachable. */
  readonly addresses?: AddressGuard | undefined;
  /** How the driver connects where a URL says it in full; all but the database. */
  readonly client?: ClientConfig;
}

/** Longest wait for a connection or a free place in the pool. */
const CONNECT_TIMEOUT_MS = 5_000;

/** How the gateway itself connects: to `database`, else to the one it signs in to. */
export function clientConfig(server: PostgresqlServer, database?: string): ClientConfig {
  const { addresses } = server;
  return {
    ...(addresses === undefined ? {} : { stream: () => guardedSocket(addresses) }),
    host: server.host,
    port: server.port,
    user: server.user,
    password: server.password,
    ssl: tlsOptions(server),
    application_name: 'osb-gateway',
    // Databases are made read-only by default while the disk is nearly full.
    options: '-c default_transaction_read_only=off',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    ...server.client,
    database: database ?? server.database ?? 'postgres',
  };
}

function tlsOptions(server: PostgresqlServer): ClientConfig['ssl'] {
  switch (server.ssl ?? 'disable') {
    case 'disable':
      return false;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-ca':
      return { rejectUnauthorized: true, ca: server.caCertificate, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { rejectUnauthorized: true, ca: server.caCertificate };
  }
}
