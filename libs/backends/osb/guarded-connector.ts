import { buildConnector } from 'undici';
import { HostRefusedError, type AddressGuard } from '#sdk';

export interface ConnectorOptions {
  readonly connectTimeoutMs: number;
  readonly caCertificate?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
}

/** Opens connections to addresses the guard allows, and to no others. */
export function guardedConnector(
  addresses: AddressGuard,
  { connectTimeoutMs, caCertificate, clientCertificate, clientKey }: ConnectorOptions,
): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: connectTimeoutMs,
    minVersion: 'TLSv1.2',
    // Said aloud so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
    rejectUnauthorized: true,
    lookup: addresses.lookup,
    ...(caCertificate === undefined ? {} : { ca: caCertificate }),
    ...(clientCertificate === undefined || clientKey === undefined ? {} : { cert: clientCertificate, key: clientKey }),
  });
  return (options, callback) => {
    // Node looks up names only; an address in the URL never reaches the lookup.
    const reason = addresses.refusalOfLiteral(options.hostname);
    if (reason !== undefined) return callback(new HostRefusedError(reason), null);
    connect(options, callback);
  };
}
