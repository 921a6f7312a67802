import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { isOfAnyCopy } from './class-of-any-copy.js';

const KEY = Symbol.for('@osb-gateway/sdk/HostRefusedError');

/** Every address of a host name. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/** Asks the system's resolver. */
export const resolveBySystem: ResolveHost = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * The address guard does not allow that host. The message names it: for operators, not for platforms. `instanceof` also
 * holds for one that another copy of this SDK made.
 */
export class HostRefusedError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfAnyCopy(this, HostRefusedError, KEY, value);
  }

  override readonly name = 'HostRefusedError';

  get [KEY](): true {
    return true;
  }
}

/** Why an address a host resolved to is refused; undefined when it is allowed. */
export type RefuseAddress = (host: string, address: string) => string | undefined;

/**
 * A lookup that returns only allowed addresses, and fails with {@link HostRefusedError} when a host has none. The address
 * that was checked is the one connected to, so a name that changes between check and use (DNS rebinding) gains nothing.
 */
export function guardedLookup(refuse: RefuseAddress, resolve: ResolveHost): LookupFunction {
  return (host, options, callback) => {
    allowedAddresses(refuse, resolve, host).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

async function allowedAddresses(
  refuse: RefuseAddress,
  resolve: ResolveHost,
  host: string,
): Promise<{ address: string; family: number }[]> {
  const found = await resolve(host);
  const allowed = found.filter((address) => refuse(host, address) === undefined);
  if (allowed.length > 0) return allowed.map((address) => ({ address, family: isIP(address) }));
  const [first] = found;
  throw new HostRefusedError((first === undefined ? undefined : refuse(host, first)) ?? `${host} has no address`);
}
