/** Says which hosts and addresses an adapter may reach for a biller. */
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AdapterError } from '@ic-host/contracts';

// Two lists: in one, an IPv4 address would match the range of IPv6-mapped ones.
const privateV4 = new BlockList();
const privateV6 = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  privateV4.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  privateV6.addSubnet(network, prefix, 'ipv6');

/** True for loopback, private, link-local, multicast and mapped addresses. */
export const isPrivateAddress = (address: string): boolean =>
  isIP(address) === 6 ? privateV6.check(address, 'ipv6') : privateV4.check(address, 'ipv4');

export interface HostGuard {
  /** @throws AdapterError `misconfigured`, code `egress-refused` */
  check(url: URL): void;
  /** A resolver that refuses private addresses, used as the connection is made. */
  lookup: LookupFunction;
}

const refuse = (message: string): AdapterError =>
  new AdapterError('misconfigured', message, { code: 'egress-refused' });

/** @param patterns `api.example.com` or `*.example.com` */
export function hostGuard(patterns: readonly string[], allowPrivate: boolean): HostGuard {
  const allowed = (host: string): boolean =>
    patterns.some((pattern) => (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern));
  return {
    check(url) {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
        throw refuse(`${url.protocol}// is not allowed: a partner is reached over https`);
      if (url.username || url.password) throw refuse('a partner URL must not carry a user or password');
      if (!allowed(host)) throw refuse(`${host} is not a host this adapter may reach`);
      if (!allowPrivate && isIP(host) && isPrivateAddress(host))
        throw refuse(`${host} is a private address; start the host with --allow-private-egress to allow it`);
    },
    lookup: (hostname, options, callback) => {
      lookup(hostname, options, (error, address, family) => {
        const found = Array.isArray(address) ? address.map((item) => item.address) : [address];
        if (!error && !allowPrivate && found.some(isPrivateAddress))
          return callback(
            Object.assign(new Error(`${hostname} is at a private address`), { code: 'EGRESS_REFUSED' }),
            '',
            0,
          );
        callback(error, address as string, family);
      });
    },
  };
}
