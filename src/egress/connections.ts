/** Connections to a partner: guarded, verified, as many as its biller may have. */
import { isDeepStrictEqual } from 'node:util';
import { Agent, buildConnector, Dispatcher, ProxyAgent } from 'undici';
import type { HostGuard } from './host-guard.js';
import type { TlsIdentity } from './tls-identity.js';
import type { WayOutOptions } from './way-out.js';

const CONNECT_MS = 10_000;

export function agentOf(options: WayOutOptions, guard: HostGuard): Dispatcher {
  const { limits, proxy, tap, tls } = options;
  const pool = { connections: limits.concurrency, pipelining: 1, maxResponseSize: -1 };
  // What a name resolves to is then the proxy's to see, and to refuse.
  if (proxy)
    return new ProxiedConnections(
      (identity) => new ProxyAgent({ ...pool, uri: proxy, requestTls: { ...VERIFIED, ...identity } }),
      tls,
    );
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

/** How often it is looked whether a certificate is another: the connections of a proxy's agent are all made with one. */
const LOOK_AGAIN_MS = 60_000;

/** Connections through a proxy, made with the certificate that there is now. */
export class ProxiedConnections extends Dispatcher {
  private identity: TlsIdentity | undefined;
  /** Made with the first call: it is that call's fault where there is no certificate. */
  private agent: ProxyAgent | undefined;
  private lookedAt = 0;

  constructor(
    private readonly agentWith: (identity: TlsIdentity | undefined) => ProxyAgent,
    private readonly tls: (() => TlsIdentity) | undefined,
    private readonly lookAgainMs = LOOK_AGAIN_MS,
  ) {
    super();
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.current().dispatch(options, handler);
  }

  override async destroy(): Promise<void> {
    await this.agent?.destroy();
  }

  private current(): ProxyAgent {
    if (!this.agent) return this.turnTo(this.tls?.());
    if (!this.tls || performance.now() - this.lookedAt < this.lookAgainMs) return this.agent;
    this.lookedAt = performance.now();
    let identity: TlsIdentity;
    try {
      identity = this.tls();
    } catch {
      return this.agent; // it is being put there, or is gone: the one before goes on until it ends
    }
    if (isDeepStrictEqual(identity, this.identity)) return this.agent;
    void this.agent.close().catch(() => undefined); // what is under way ends as it began
    return this.turnTo(identity);
  }

  private turnTo(identity: TlsIdentity | undefined): ProxyAgent {
    this.lookedAt = performance.now();
    this.identity = identity;
    this.agent = this.agentWith(identity);
    return this.agent;
  }
}
