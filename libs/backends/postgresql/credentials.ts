import { isIPv6 } from 'node:net';
import type { PostgresqlServer } from './server.js';
import type { SslMode } from './ssl-mode.js';

/** What an application gets to connect with. */
export interface PostgresqlCredentials {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly uri: string;
  readonly jdbcUrl: string;
  readonly sslmode: SslMode;
  /** PEM of the authority to check the server against, where it is not one the system knows. */
  readonly ca_certificate?: string;
}

export function credentials(
  server: PostgresqlServer,
  login: { readonly database: string; readonly username: string; readonly password: string },
): PostgresqlCredentials {
  const { database, username, password } = login;
  const host = server.publicHost ?? server.host;
  const port = server.publicPort ?? server.port;
  const sslmode = server.ssl ?? 'disable';
  const place = `${isIPv6(host) ? `[${host}]` : host}:${port}/${database}`;
  const user = encodeURIComponent(username);
  const secret = encodeURIComponent(password);
  return {
    host,
    port,
    database,
    username,
    password,
    uri: `postgresql://${user}:${secret}@${place}?sslmode=${sslmode}`,
    jdbcUrl: `jdbc:postgresql://${place}?user=${user}&password=${secret}&sslmode=${sslmode}`,
    sslmode,
    ...(server.caCertificate === undefined ? {} : { ca_certificate: server.caCertificate }),
  };
}
