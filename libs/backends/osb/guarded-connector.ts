import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressGuard } from './address-guard.js';

/** Every address of a host name. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

export const resolveBySystem: ResolveHost = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** The guard does not let us call that host. The message names it: for operators, not for platforms. */
export class HostRefusedError extends Error {
  override readonly name = 'HostRefusedError';
}

export interface ConnectorOptions {
  readonly connectTimeoutMs: number;
  readonly caCertificate: string | undefined;
}

/**
 * Opens connections to addresses the guard lets through, and to no others: the address that was checked is the one
 * that is connected to, so a name that changes its mind in between (DNS rebinding) gains nothing.
 */
export function guardedConnector(
  guard: AddressGuard,
  resolve: ResolveHost,
  { connectTimeoutMs, caCertificate }: ConnectorOptions,
): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: connectTimeoutMs,
    minVersion: 'TLSv1.2',
    // Said aloud so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
    rejectUnauthorized: true,
    lookup: guardedLookup(guard, resolve),
    ...(caCertificate === undefined ? {} : { ca: caCertificate }),
  });
  return (options, callback) => {
    // Node looks up names only; an address in the URL never reaches the lookup.
    const reason = guard.refusalOfLiteral(options.hostname);
    if (reason !== undefined) return callback(new HostRefusedError(reason), null);
    connect(options, callback);
  };
}

function guardedLookup(guard: AddressGuard, resolve: ResolveHost): LookupFunction {
  return (host, options, callback) => {
    permittedAddresses(guard, resolve, host).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

async function permittedAddresses(
  guard: AddressGuard,
  resolve: ResolveHost,
  host: string,
): Promise<{ address: string; family: number }[]> {
  const found = await resolve(host);
  const permitted = found.filter((address) => guard.refusal(host, address) === undefined);
  if (permitted.length > 0) return permitted.map((address) => ({ address, family: isIP(address) }));
  const [first] = found;
  throw new HostRefusedError(
    (first === undefined ? undefined : guard.refusal(host, first)) ?? `${host} has no address`,
  );
}
