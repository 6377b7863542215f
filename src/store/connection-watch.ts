/**
 * Notices that the database is another now, and nobody said so. After a failover, or behind a network that broke, old
 * connections fall silent, and TCP itself waits a quarter of an hour for an answer; or they are still answered, by what is
 * a replica now and only reads. Where a new connection does better than an old one, the old ones are closed; whoever
 * waits for one is told, and opens another.
 */
import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { every } from '../every.js';

/** An answer is waited for twice as long. */
const TIMES = { everyMs: 5_000, answerMs: 5_000 };

/** Told when no database answers, when one does again, and when connections to the one before were closed. */
export interface DatabaseNews {
  answers: boolean;
  closed: number;
}

interface Asked {
  client: pg.Client;
  socket: Socket;
  answer: Answer;
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
    await every(this.times.everyMs, this.stopping.signal, () => this.look());
    this.asked?.socket.destroy();
  }

  private async look(): Promise<void> {
    const before = this.asked;
    const open = [...this.sockets];
    const question = before && ask(before.client);
    let answer = question ? await this.within(question) : 'none yet';
    // What came just before the silence began says nothing.
    const heard = new Map(open.map((socket) => [socket, socket.bytesRead]));
    if (question && answer === 'silence') answer = await this.within(question);
    if (answer === 'writes') return this.say(true);
    const next = await this.open();
    if (answer === 'reads' && next?.answer !== 'writes') {
      next?.socket.destroy(); // it is meant to be a replica, or nothing better is to be had
      return this.say(true);
    }
    if (!next) return this.say(false);
    this.asked = next;
    before?.socket.destroy();
    // One that broke said so, and so did the others.
    const isLeft = (socket: Socket): boolean =>
      answer === 'reads' || (answer === 'silence' && socket.bytesRead === heard.get(socket));
    const left = open.filter((socket) => !socket.destroyed && isLeft(socket));
    for (const socket of left) socket.destroy();
    this.say(true, left.length);
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
    const answer = await this.within(client.connect().then(() => ask(client)));
    if (answer === 'writes' || answer === 'reads') return { client, socket, answer };
    socket.destroy();
    return undefined;
  }

  private within(answer: Promise<Answer>): Promise<Answer | 'broken' | 'silence'> {
    const { signal } = this.stopping;
    return Promise.race([
      answer.catch(() => 'broken' as const),
      wait(this.times.answerMs, 'silence' as const, { signal, ref: false }).catch(() => 'broken' as const),
    ]);
  }
}

type Answer = 'writes' | 'reads';

async function ask(client: pg.Client): Promise<Answer> {
  const { rows } = await client.query<{ transaction_read_only: string }>('show transaction_read_only');
  return rows[0]?.transaction_read_only === 'on' ? 'reads' : 'writes';
}
