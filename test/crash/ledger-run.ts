/**
 * Two hosts on one database, a partner that misbehaves and keeps its own ledger, and payments going in, while whoever runs
 * this does harm. At the end every accepted payment is on the ledger once.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type BriteCoreSandbox, type FaultKind, startSandbox } from '@ic-host/adapter-britecore/sandbox';
import pg from 'pg';
import { type HostProcess, spawnHost } from '../host-process.js';
import { ADRIFT } from '../store/adrift.js';

export interface LedgerFigures {
  accepted: number;
  onLedgerOnce: number;
  lost: number;
  twice: number;
  stuck: number;
  /** Of which the tables that are kept beside say something else. */
  adrift: number;
  attempts: number;
  /** From a payment's first try until it was accepted, of the one that took longest. */
  secondsToAccept: number;
  seconds: number;
}

/** Nothing accepted is lost or done twice. */
export const isFaultless = ({ lost, twice, stuck, adrift }: LedgerFigures): boolean =>
  lost + twice + stuck + adrift === 0;

const TOKEN = 'crash-test-token';
const PAY = 'make_payment_by_invoice_or_policy';
const FAULTS: FaultKind[] = ['reset', 'reset-after', 'status', 'hang', 'delay'];
const EACH_PERCENT = 5;
const SENDERS = 8;
/** As a portal's: no answer by then is none. */
const ANSWER_MS = 10_000;

export class LedgerRun {
  private readonly started = performance.now();
  private readonly end: number;
  private readonly hosts: HostProcess[] = [];
  private readonly accepted: string[] = [];
  private next = 0;
  private longestMs = 0;
  private misbehaving: Promise<void> | undefined;
  private isOver = false;

  private constructor(
    private readonly folder: string,
    private readonly databaseUrl: string,
    private readonly sandbox: BriteCoreSandbox,
    seconds: number,
  ) {
    this.end = this.started + seconds * 1000;
  }

  /** @param seconds bound of the whole run */
  static async start(folder: string, databaseUrl: string, seconds: number): Promise<LedgerRun> {
    const run = new LedgerRun(folder, databaseUrl, await startSandbox(), seconds);
    await run.boot(0);
    await run.boot(1);
    const { billerId, ...biller } = run.sandbox.biller;
    await run.call('PUT', `/billers/${billerId}`, { ...biller, adapter: 'britecore', options: { timeoutMs: 5_000 } });
    run.misbehaving = run.misbehave();
    return run;
  }

  get hasTime(): boolean {
    return performance.now() < this.end;
  }

  get acceptedCount(): number {
    return this.accepted.length;
  }

  /** Sends so many payments, each until it is accepted. */
  async pay(payments: number): Promise<void> {
    const { accountNumber, invoiceNumber } = this.sandbox.example;
    const path = `/billers/${this.sandbox.biller.billerId}/payments`;
    const send = async (): Promise<void> => {
      while (this.next < payments && this.hasTime) {
        const transactionId = `crash-${this.next++}`;
        const payment = {
          ...{ transactionId, accountNumber, invoiceNumber, amount: '0.01', paymentDate: '2026-11-24', method: 'Visa' },
          ...{ source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
        };
        const tried = performance.now();
        // As a portal would: no answer, then again with the same id.
        while (this.hasTime) {
          const answer = await this.call('POST', path, payment).catch(() => undefined);
          if (answer && answer.status < 300) {
            this.accepted.push(transactionId);
            this.longestMs = Math.max(this.longestMs, performance.now() - tried);
            break;
          }
          await wait(50);
        }
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, send));
  }

  /** Kills one of the hosts and starts it again. */
  async killHost(): Promise<void> {
    const index = Math.floor(Math.random() * 2);
    this.hosts[index]?.child.kill('SIGKILL');
    // As whoever watches over hosts does: one that didn't come up, for want of a database, is started again.
    while (this.hasTime)
      try {
        return await this.boot(index);
      } catch {
        await wait(200);
      }
  }

  /** Waits until all is delivered. @param databaseUrl where the database is now */
  async figures(databaseUrl = this.databaseUrl): Promise<LedgerFigures> {
    const queued = async (): Promise<number> => {
      const { body } = await this.call('GET', '/deliveries?state=queued&limit=1000').catch(() => ({ body: {} }));
      return (body as { deliveries?: unknown[] }).deliveries?.length ?? Number.POSITIVE_INFINITY; // the database comes up
    };
    let stuck = await queued();
    while (stuck > 0 && this.hasTime) {
      await wait(500);
      stuck = await queued();
    }
    this.isOver = true;
    await this.misbehaving;
    const times = new Map<string, number>();
    for (const { transactionId } of this.sandbox.book.ledger)
      times.set(transactionId, (times.get(transactionId) ?? 0) + 1);
    const count = (n: (times: number) => boolean) => this.accepted.filter((id) => n(times.get(id) ?? 0)).length;
    return {
      accepted: this.accepted.length,
      onLedgerOnce: count((n) => n === 1),
      lost: count((n) => n === 0),
      twice: count((n) => n > 1),
      stuck,
      adrift: await adriftAt(databaseUrl),
      attempts: this.sandbox.called,
      secondsToAccept: Math.round(this.longestMs / 100) / 10,
      seconds: Math.round((performance.now() - this.started) / 1000),
    };
  }

  async close(): Promise<void> {
    this.isOver = true;
    for (const { child } of this.hosts) child.kill('SIGKILL');
    await this.sandbox.close();
  }

  private async boot(index: number): Promise<void> {
    const env = { IC_HOST_DATABASE_URL: this.databaseUrl, IC_HOST_API_TOKEN: TOKEN, IC_HOST_LOG_LEVEL: 'fatal' };
    this.hosts[index] = await spawnHost(join(this.folder, `host${index}`), env);
  }

  private async call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const { url } = this.hosts[Math.floor(Math.random() * 2)] ?? { url: '' };
    const response = await fetch(`${url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return { status: response.status, body: await response.json() };
  }

  private async misbehave(): Promise<void> {
    // The queue of faults is kept short, so that about one call in twenty meets each kind.
    while (!this.isOver) {
      this.sandbox.clearFaults();
      for (let call = 0; call < 100; call++) {
        const kind = FAULTS[Math.floor((Math.random() * 100) / EACH_PERCENT)];
        this.sandbox.fault(
          kind ? { operation: PAY, kind, delayMs: 500 } : { operation: PAY, kind: 'delay', delayMs: 0 },
        );
      }
      await wait(500);
    }
    this.sandbox.clearFaults();
  }
}

async function adriftAt(connectionString: string): Promise<number> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rowCount } = await client.query(ADRIFT);
  await client.end();
  return rowCount ?? 0;
}
