import type { AddressInfo } from 'node:net';

/** Where clients on this machine find a server that listens there. */
export function urlOf(listening: AddressInfo | string | undefined, host: string): string {
  const { address = host, family = 'IPv4', port = 0 } = typeof listening === 'object' ? listening : {};
  if (family === 'IPv6') return `http://[${address === '::' ? '::1' : address}]:${port}`;
  return `http://${address === '0.0.0.0' ? '127.0.0.1' : address}:${port}`;
}
