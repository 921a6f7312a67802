import { Socket } from 'node:net';
import { HostRefusedError, type AddressGuard } from '#sdk';

/**
 * The socket pg connects with, kept to addresses the guard allows. Node looks up names only, so an address is checked
 * before; a path would be a Unix socket of this machine, and is refused.
 */
export function guardedSocket(addresses: AddressGuard): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  return Object.assign(socket, {
    connect(port: number | string, host?: string): Socket {
      const reason = typeof port === 'number' && host !== undefined ? hostRefusal(host, addresses) : NO_PATHS;
      if (reason !== undefined) return socket.destroy(new HostRefusedError(reason));
      return connect({ port: Number(port), host, lookup: addresses.lookup });
    },
  });
}

const NO_PATHS = 'a path is not allowed: name a host, the gateway connects over TCP only';

/** Why a configured host is refused before anything is looked up; undefined when it is allowed, or a name. */
export function hostRefusal(host: string, addresses: AddressGuard): string | undefined {
  return host.startsWith('/') ? NO_PATHS : addresses.refusalOfLiteral(host);
}
