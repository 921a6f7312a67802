import { buildConnector } from 'undici';
import { HostRefusedError, type AddressGuard } from '#sdk';

export interface ConnectorOptions {
  readonly connectTimeoutMs: number;
  readonly caCertificate: string | undefined;
}

/** Opens connections to addresses the guard allows, and to no others. */
export function guardedConnector(
  addresses: AddressGuard,
  { connectTimeoutMs, caCertificate }: ConnectorOptions,
): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: connectTimeoutMs,
    minVersion: 'TLSv1.2',
    // Said aloud so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
    rejectUnauthorized: true,
    lookup: addresses.lookup,
    ...(caCertificate === undefined ? {} : { ca: caCertificate }),
  });
  return (options, callback) => {
    // Node looks up names only; an address in the URL never reaches the lookup.
    const reason = addresses.refusalOfLiteral(options.hostname);
    if (reason !== undefined) return callback(new HostRefusedError(reason), null);
    connect(options, callback);
  };
}
