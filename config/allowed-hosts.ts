import { isIP, isIPv4 } from 'node:net';
import { z } from 'zod';

/** A comma list of host names, addresses and networks in CIDR form. */
export const allowedHosts = z
  .string()
  .transform((text) => text.split(',').map((host) => host.trim().toLowerCase()))
  .pipe(z.array(z.string().refine((host) => isHostName(host) || isNetwork(host), 'is not a host, address or network')));

/** `127.1` and `0x7f000001` are addresses in disguise, and `256.1.1.1` is a slip: none of them is a name. */
function isHostName(text: string): boolean {
  const url = `http://${text}`;
  return /^[a-z0-9._-]+$/.test(text) && URL.canParse(url) && isIP(new URL(url).hostname) === 0;
}

/** An address, or a network in CIDR form. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (isIP(address) === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv4(address) ? 32 : 128);
}
