import { isIPv4, isIPv6 } from 'node:net';

const GROUPS = 8;
const NETWORK_GROUPS = 4;

/**
 * Whom attempts are counted for: an IPv4 address, or the /64 network of an IPv6 address, since whoever has one address of
 * it has them all. All texts that are no address, as a client may write them into X-Forwarded-For, count as one.
 */
export function clientAddress(ip: string): string {
  if (isIPv4(ip)) return ip;
  if (!isIPv6(ip)) return 'unknown';
  const groups = groupsOf(ip);
  const isMapped = groups.slice(0, NETWORK_GROUPS + 1).every((group) => group === '0') && groups[5] === 'ffff';
  return (isMapped ? groups : groups.slice(0, NETWORK_GROUPS)).join(':');
}

/** All eight groups, in one spelling. */
function groupsOf(ip: string): string[] {
  const [address = ''] = ip.split('%', 1);
  const [head = [], tail] = new URL(`http://[${address}]`).hostname
    .slice(1, -1)
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  if (tail === undefined) return head;
  return [...head, ...Array.from({ length: GROUPS - head.length - tail.length }, () => '0'), ...tail];
}
