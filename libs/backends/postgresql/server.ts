import type { ClientConfig } from 'pg';
import type { AddressGuard } from '#sdk';
import { guardedSocket, hostRefusal } from './guarded-socket.js';
import type { PostgresqlSettings } from './settings.js';
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
  /** PEM; read with `verify-full` only. The system's authorities when absent. */
  readonly caCertificate?: string | undefined;
  /** What applications connect to, where it differs from `host` and `port`. */
  readonly publicHost?: string | undefined;
  readonly publicPort?: number | undefined;
  /** Nobody else uses this server: CONNECT on `postgres` and `template1` may be taken from PUBLIC. */
  readonly dedicated?: boolean | undefined;
  /** Decides which addresses `host` may have. Absent for the gateway's own server, which is always reachable. */
  readonly addresses?: AddressGuard | undefined;
}

/** Longest wait for a connection or a free place in the pool. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * The server named by the settings, else the gateway's own, with the settings' public address over it.
 *
 * @throws Error when the address guard refuses the configured host, or there is no server at all
 */
export function resolveServer(
  settings: PostgresqlSettings,
  defaultServer: PostgresqlServer | undefined,
  addresses: AddressGuard,
): PostgresqlServer {
  const server = configuredServer(settings, addresses) ?? defaultServer;
  if (server === undefined) {
    throw new Error('the gateway has no PostgreSQL server of its own to offer: set "host", "username" and "password"');
  }
  return {
    ...server,
    publicHost: settings.publicHost ?? server.publicHost,
    publicPort: settings.publicPort ?? server.publicPort,
  };
}

function configuredServer(settings: PostgresqlSettings, addresses: AddressGuard): PostgresqlServer | undefined {
  const { host, port = 5432, username, password, database, ssl, caCertificate, dedicated } = settings;
  if (host === undefined || username === undefined || password === undefined) return undefined;
  const reason = hostRefusal(host, addresses);
  if (reason !== undefined) throw new Error(`host: ${reason}`);
  return { host, port, user: username, password, database, ssl, caCertificate, dedicated, addresses };
}

/** How the gateway itself connects: to `database`, else to the one it signs in to. */
export function clientConfig(server: PostgresqlServer, database?: string): ClientConfig {
  const { addresses } = server;
  return {
    ...(addresses === undefined ? {} : { stream: () => guardedSocket(addresses) }),
    host: server.host,
    port: server.port,
    user: server.user,
    password: server.password,
    database: database ?? server.database ?? 'postgres',
    ssl: tlsOptions(server),
    application_name: 'osb-gateway',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}

function tlsOptions(server: PostgresqlServer): ClientConfig['ssl'] {
  switch (server.ssl ?? 'disable') {
    case 'disable':
      return false;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-full':
      return { rejectUnauthorized: true, ca: server.caCertificate };
  }
}
