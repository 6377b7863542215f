/** Connections to a partner: guarded, verified, as many as its biller may have. */
import { Agent, buildConnector, ProxyAgent } from 'undici';
import type { HostGuard } from './host-guard.js';
import type { TlsIdentity } from './tls-identity.js';
import type { WayOutOptions } from './way-out.js';

const CONNECT_MS = 10_000;

export function agentOf(options: WayOutOptions, guard: HostGuard): Agent | ProxyAgent {
  const { limits, proxy, tap, tls } = options;
  const pool = { connections: limits.concurrency, pipelining: 1, maxResponseSize: -1 };
  // What a name resolves to is then the proxy's to see, and to refuse.
  if (proxy) return new ProxyAgent({ ...pool, uri: proxy, requestTls: { ...VERIFIED, ...tls?.() } });
  const connect = connectorOf(options, guard);
  return new Agent({ ...pool, connect: tap?.connector(connect) ?? connect });
}

/** Whatever the environment says. */
const VERIFIED = { rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;

/** One connection: by the guard's resolver, TLS verified whatever the environment says. */
function connectorOf({ limits, tls }: WayOutOptions, guard: HostGuard): buildConnector.connector {
  const build = (protocol: 'http:' | 'https:', identity: TlsIdentity = {}): buildConnector.connector =>
    buildConnector({
      ...{ timeout: Math.min(CONNECT_MS, limits.timeoutMs), lookup: guard.lookup[protocol] },
      ...{ ...VERIFIED, ...identity },
    } as buildConnector.BuildOptions);
  const plain = build('http:');
  const secure = build('https:');
  return (options, callback) => {
    if (options.protocol !== 'https:') return plain(options, callback);
    if (!tls) return secure(options, callback);
    let identity: TlsIdentity;
    try {
      identity = tls();
    } catch (error) {
      return callback(error as Error, null);
    }
    return build('https:', identity)(options, callback);
  };
}
