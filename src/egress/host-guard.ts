/** Says which hosts and addresses an adapter may reach for a biller. */
import type { LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AdapterError } from '@ic-host/contracts';
import { type NameLookups, partnerNames } from './name-lookups.js';

// Two lists: in one, an IPv4 address would match the range of IPv6-mapped ones.
const privateV4 = new BlockList();
const privateV6 = new BlockList();
// All that the IANA registries of special-purpose addresses call not globally reachable, and multicast.
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  privateV4.addSubnet(network, prefix, 'ipv4');
// Those that carry an IPv4 address in them are refused whole: no partner is reached by them.
for (const [network, prefix] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  privateV6.addSubnet(network, prefix, 'ipv6');

/** True for loopback, private, link-local, multicast, mapped and other special addresses. */
export const isPrivateAddress = (address: string): boolean =>
  isIP(address) === 6 ? privateV6.check(address, 'ipv6') : privateV4.check(address, 'ipv4');

export interface HostGuard {
  /** @throws AdapterError `misconfigured`, code `egress-refused`, or what the patterns throw */
  check(url: URL): void;
  /** Resolvers that refuse addresses as the connection is made, whatever a name meant before. */
  lookup: Record<'http:' | 'https:', LookupFunction>;
}

const refuse = (message: string): AdapterError =>
  new AdapterError('misconfigured', message, { code: 'egress-refused' });

/** Why an address may not be connected to; undefined where it may. */
export function addressProblem(protocol: string, address: string, allowPrivate: boolean): string | undefined {
  const isPrivate = isPrivateAddress(address);
  if (isPrivate && !allowPrivate) return 'is a private address; start the host with --allow-private-egress to allow it';
  if (!isPrivate && protocol === 'http:') return 'is reached over https alone';
  return undefined;
}

/**
 * @param patterns `api.example.com` or `*.example.com`
 * @param allowPrivate private addresses, too, and those also over plain HTTP
 */
export function hostGuard(
  patterns: () => readonly string[],
  allowPrivate: boolean,
  names: Pick<NameLookups, 'find'> = partnerNames,
): HostGuard {
  const allowed = (host: string): boolean =>
    patterns().some((pattern) => (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern));
  const lookupFor =
    (protocol: string): LookupFunction =>
    (hostname, options, callback) => {
      const answered = (found: LookupAddress[]): void => {
        const problem = found.map(({ address }) => addressProblem(protocol, address, allowPrivate)).find(Boolean);
        const { address = '', family = 0 } = found[0] ?? {};
        if (problem) callback(Object.assign(new Error(`${hostname} ${problem}`), { code: 'EGRESS_REFUSED' }), '', 0);
        else if (options.all) callback(null, found);
        else callback(null, address, family);
      };
      names.find(hostname).then(answered, (error) => callback(error, '', 0));
    };
  return {
    check(url) {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
        throw refuse(`${url.protocol}// is not allowed: a partner is reached over https`);
      if (url.username || url.password) throw refuse('a partner URL must not carry a user or password');
      if (!allowed(host)) throw refuse(`${host} is not a host this adapter may reach`);
      // A name is looked up as the connection is made.
      const problem = isIP(host) ? addressProblem(url.protocol, host, allowPrivate) : undefined;
      if (problem) throw refuse(`${host} ${problem}`);
    },
    lookup: { 'http:': lookupFor('http:'), 'https:': lookupFor('https:') },
  };
}
