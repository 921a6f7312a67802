import { BlockList, isIP, type LookupFunction } from 'node:net';
import { guardedLookup, resolveBySystem, type ResolveHost } from './guarded-lookup.js';

/** IPv4 ranges a gateway has no business in, unless an operator says so. Private networks are not among them. */
const REFUSED_V4: readonly (readonly [kind: string, net: string, prefix: number])[] = [
  ['an unspecified', '0.0.0.0', 8],
  ['a loopback', '127.0.0.0', 8],
  ['a link-local', '169.254.0.0', 16],
  ['a multicast', '224.0.0.0', 4],
  ['a reserved', '240.0.0.0', 4],
  ['a cloud metadata', '100.100.100.200', 32],
  ['a cloud metadata', '168.63.129.16', 32],
  ['a cloud metadata', '192.0.0.192', 32],
];

const REFUSED_V6: readonly (readonly [kind: string, net: string, prefix: number])[] = [
  ['an unspecified', '::', 128],
  ['a loopback', '::1', 128],
  // IPv4-compatible, Teredo and local NAT64: ways to spell an IPv4 address that no backend needs.
  ['a translated', '::', 96],
  ['a translated', '2001::', 32],
  ['a translated', '64:ff9b:1::', 48],
  ['a link-local', 'fe80::', 10],
  ['a multicast', 'ff00::', 8],
  // EC2: metadata, credentials of pods, DNS, time.
  ['a cloud metadata', 'fd00:ec2::', 32],
  ['a cloud metadata', 'fd20:ce::254', 128],
  ['a cloud metadata', 'fd00:42::42', 128],
];

/**
 * Decides which addresses a backend may connect to: no loopback, link-local, multicast or cloud metadata address, unless
 * the operator allows it. An IPv4 address counts in every IPv6 spelling of it as well.
 *
 * A connection needs both checks, because Node looks up names only: {@link refusalOfLiteral} for the host as it is
 * configured, {@link lookup} as the `lookup` option of `net.connect` or `tls.connect`.
 */
export class AddressGuard {
  /** For `net.connect`: resolves a name at each connection, and returns only allowed addresses of it. */
  readonly lookup: LookupFunction;
  private readonly refused = refusedRanges();
  private readonly allowedNames = new Set<string>();
  private readonly allowedRanges = new BlockList();

  /**
   * @param allowedHosts host names, IP addresses and CIDR ranges that are allowed whatever they resolve to
   * @param resolve how names become addresses; the system's resolver by default
   * @throws Error naming the entry that is neither a host name, nor an IP address, nor a CIDR range
   */
  constructor(allowedHosts: readonly string[], resolve: ResolveHost = resolveBySystem) {
    for (const entry of allowedHosts) this.allow(entry);
    this.lookup = guardedLookup((host, address) => this.refusal(host, address), resolve);
  }

  /** Why `address`, which is what `host` resolved to, may not be called; undefined when it may. */
  refusal(host: string, address: string): string | undefined {
    if (this.allowedNames.has(plainName(host))) return undefined;
    const kind = this.kindOf(address);
    if (kind === undefined) return undefined;
    const what = host === address ? `${host} is` : `${host} resolves to ${address},`;
    return `${what} ${kind} address, and those are not called; add it to BACKEND_ALLOWED_HOSTS of the gateway if that is meant`;
  }

  /** The same for a host that is an IP address itself, brackets or not; undefined for names. */
  refusalOfLiteral(host: string): string | undefined {
    const address = withoutBrackets(host);
    return isIP(address) === 0 ? undefined : this.refusal(address, address);
  }

  private kindOf(address: string): string | undefined {
    const version = isIP(address);
    if (version === 0) return 'not an IP';
    const family = version === 6 ? 'ipv6' : 'ipv4';
    if (this.allowedRanges.check(address, family)) return undefined;
    return this.refused.find(({ ranges }) => ranges.check(address, family))?.kind;
  }

  private allow(entry: string): void {
    const range = rangeOf(entry.trim());
    if (range) return this.allowedRanges.addSubnet(range.net, range.prefix, range.family);
    const name = nameOf(entry.trim());
    if (name === undefined) {
      throw new Error(`allowed host "${entry}" is neither a host name, nor an IP address, nor a CIDR range`);
    }
    this.allowedNames.add(name);
  }
}

function rangeOf(entry: string): { net: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [, host = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const net = withoutBrackets(host);
  const version = isIP(net);
  const longest = version === 6 ? 128 : 32;
  const prefix = Number(length ?? longest);
  return version === 0 || prefix > longest ? undefined : { net, prefix, family: version === 6 ? 'ipv6' : 'ipv4' };
}

/** A host name the way a URL would spell it. `127.1` and `0x7f000001` are addresses in disguise, not names. */
function nameOf(entry: string): string | undefined {
  if (!/^[^\s:@/?#\\[\]*]+$/.test(entry) || !URL.canParse(`http://${entry}`)) return undefined;
  const { hostname } = new URL(`http://${entry}`);
  return isIP(hostname) === 0 ? plainName(hostname) : undefined;
}

function refusedRanges(): { kind: string; ranges: BlockList }[] {
  const kinds = new Map<string, BlockList>();
  const add = (kind: string, net: string, prefix: number, family: 'ipv4' | 'ipv6'): void => {
    const ranges = kinds.get(kind) ?? new BlockList();
    ranges.addSubnet(net, prefix, family);
    kinds.set(kind, ranges);
  };
  for (const [kind, net, prefix] of REFUSED_V4) {
    add(kind, net, prefix, 'ipv4');
    // NAT64, SIIT and 6to4 carry an IPv4 address in theirs. BlockList knows the IPv4-mapped spelling by itself.
    add(kind, `64:ff9b::${net}`, 96 + prefix, 'ipv6');
    add(kind, `::ffff:0:${net}`, 96 + prefix, 'ipv6');
    add(kind, `2002:${hexGroups(net)}::`, 16 + prefix, 'ipv6');
  }
  for (const [kind, net, prefix] of REFUSED_V6) add(kind, net, prefix, 'ipv6');
  return [...kinds].map(([kind, ranges]) => ({ kind, ranges }));
}

function hexGroups(v4: string): string {
  return Buffer.from(v4.split('.').map(Number))
    .toString('hex')
    .replace(/^(.{4})/, '$1:');
}

const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');
const plainName = (host: string): string => host.toLowerCase().replace(/\.$/, '');
