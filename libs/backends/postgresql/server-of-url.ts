import type { ConnectionOptions } from 'node:tls';
import { parseIntoClientConfig } from 'pg-connection-string';
import type { PostgresqlServer } from './server.js';
import type { SslMode } from './ssl-mode.js';

/**
 * The server a URL names, read as the driver reads it: TLS with its files, `options` and every other parameter. Only the
 * database is left to the caller.
 *
 * @throws Error without the URL, where it or a file it names cannot be read
 */
export function serverOfUrl(url: string): PostgresqlServer {
  const { database: _, ...client } = parse(url);
  const tls = typeof client.ssl === 'object' ? client.ssl : undefined;
  return {
    host: client.host || 'localhost',
    port: client.port ?? 5432,
    user: client.user ?? '',
    password: typeof client.password === 'string' ? client.password : '',
    ssl: sslModeOf(client.ssl),
    caCertificate: authorityOf(tls),
    // The driver looks into its environment where the URL says nothing of TLS, as it does for the record.
    client: { ssl: undefined, ...client },
  };
}

function parse(url: string): ReturnType<typeof parseIntoClientConfig> {
  try {
    return parseIntoClientConfig(url);
  } catch (error) {
    const { code = 'not a URL' } = error as { code?: string };
    throw new Error(`the URL of the server that keeps the record cannot be used (${code})`, { cause: error });
  }
}

/** What applications are told, so that they check as much as the gateway does. */
function sslModeOf(ssl: boolean | ConnectionOptions | undefined): SslMode {
  if (ssl === undefined || ssl === false) return 'disable';
  if (ssl === true) return 'verify-full';
  if (ssl.rejectUnauthorized === false) return 'require';
  return ssl.checkServerIdentity === undefined ? 'verify-full' : 'verify-ca';
}

function authorityOf(tls: ConnectionOptions | undefined): string | undefined {
  return typeof tls?.ca === 'string' ? tls.ca : undefined;
}
