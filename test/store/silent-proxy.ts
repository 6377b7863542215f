/** Stands between a host and its database, and can fall silent: connections stay open, and nothing comes through any more. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export class SilentProxy {
  private readonly pairs = new Set<[Socket, Socket]>();
  private closed = false;
  private breaksAfter: string | undefined;
  private readonly server = createServer((from) => this.join(from));

  private constructor(private target: URL) {}

  static async start(databaseUrl: string): Promise<SilentProxy> {
    const proxy = new SilentProxy(new URL(databaseUrl));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  /** The database's address, by way of this. */
  get url(): string {
    const url = new URL(this.target);
    url.port = String((this.server.address() as { port: number }).port);
    return url.href;
  }

  /** For the connections that there are; new ones come through, unless they are to be held up as well. */
  silence({ ofNewOnes = false, ofTheFirst = this.pairs.size } = {}): void {
    this.closed = ofNewOnes;
    for (const pair of [...this.pairs].slice(0, ofTheFirst)) for (const socket of pair) socket.unpipe().pause();
  }

  /** What was held up comes through. */
  speak(): void {
    this.closed = false;
    for (const [from, to] of this.pairs) from.pipe(to).pipe(from);
  }

  /** New connections go elsewhere. */
  retarget(databaseUrl: string): void {
    this.target = new URL(databaseUrl);
  }

  /** The first statement with this text is done, and its connection breaks with the answer on its way. */
  breakAfter(text: string): void {
    for (const pair of this.pairs) this.breakPair(pair, text);
    this.breaksAfter = text;
  }

  close(): void {
    this.server.close();
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  private join(from: Socket): void {
    const to = connect(Number(this.target.port), this.target.hostname);
    const pair: [Socket, Socket] = [from, to];
    this.pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.pairs.delete(pair);
        for (const each of pair) each.destroy();
      });
    }
    if (!this.closed) from.pipe(to).pipe(from);
    if (this.breaksAfter) this.breakPair(pair, this.breaksAfter);
  }

  private breakPair([from, to]: [Socket, Socket], text: string): void {
    from.on('data', (chunk: Buffer) => {
      if (this.breaksAfter !== text || !chunk.includes(text)) return;
      this.breaksAfter = undefined;
      to.unpipe(from);
      to.once('data', () => from.destroy()).resume();
    });
  }
}
