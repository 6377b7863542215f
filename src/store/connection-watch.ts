/**
 * Notices a database that went away without a word, as at a failover or behind a network that broke: nothing says that its
 * connections are over, and TCP itself waits a quarter of an hour for an answer. Where it answers on a new connection and
 * not on an old one, all that have heard nothing meanwhile are closed; whoever waits for one is told, and opens another.
 */
import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

/** An answer is waited for twice as long. */
const TIMES = { everyMs: 5_000, answerMs: 5_000 };

/** Told when a database no longer answers, when it does again, and when connections were closed that it had left. */
export interface DatabaseNews {
  answers: boolean;
  closed: number;
}

interface Asked {
  client: pg.Client;
  socket: Socket;
}

export class ConnectionWatch {
  private readonly sockets = new Set<Socket>();
  private readonly stopping = new AbortController();
  private asked: Asked | undefined;
  private watching: Promise<void> | undefined;

  private answers = true;

  constructor(
    private readonly connectionString: string,
    private readonly tell: (news: DatabaseNews) => void,
    private readonly times = TIMES,
  ) {}

  /** What pg makes the sockets with of the connections that are watched. */
  readonly stream = (): Socket => {
    const socket = new Socket();
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  };

  start(): void {
    this.watching = this.watch();
  }

  async close(): Promise<void> {
    this.stopping.abort();
    this.asked?.socket.destroy();
    await this.watching;
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.look();
      await wait(this.times.everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
    this.asked?.socket.destroy();
  }

  private async look(): Promise<void> {
    const before = this.asked;
    const open = [...this.sockets];
    const question = before?.client.query('select 1');
    let answer = question ? await this.within(question) : 'none yet';
    // What came just before the silence began says nothing.
    const heard = new Map(open.map((socket) => [socket, socket.bytesRead]));
    if (question && answer === 'silence') answer = await this.within(question);
    if (answer === 'in time') return this.say(true);
    const next = await this.open();
    if (!next) return this.say(false);
    this.asked = next;
    before?.socket.destroy();
    // One that broke said so, and so did the others.
    const silent = answer === 'silence' ? open.filter((one) => !one.destroyed && one.bytesRead === heard.get(one)) : [];
    for (const socket of silent) socket.destroy();
    this.say(true, silent.length);
  }

  private say(answers: boolean, closed = 0): void {
    if (this.stopping.signal.aborted || (answers === this.answers && closed === 0)) return;
    this.answers = answers;
    this.tell({ answers, closed });
  }

  private async open(): Promise<Asked | undefined> {
    const socket = new Socket();
    const client = new pg.Client({ connectionString: this.connectionString, stream: () => socket });
    client.on('error', () => undefined); // the next look finds it broken
    const works = await this.within(client.connect().then(() => client.query('select 1')));
    if (works === 'in time') return { client, socket };
    socket.destroy();
    return undefined;
  }

  private async within(work: Promise<unknown>): Promise<'in time' | 'broken' | 'silence'> {
    const { signal } = this.stopping;
    return Promise.race([
      work.then(
        () => 'in time' as const,
        () => 'broken' as const,
      ),
      wait(this.times.answerMs, 'silence' as const, { signal, ref: false }).catch(() => 'broken' as const),
    ]);
  }
}
