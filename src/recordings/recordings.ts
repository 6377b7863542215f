/** Keeps calls of a biller's contracts with what was said to the partner, where the biller wants it: to be replayed. */
import { type ContractName, type RecordedCall, type RecordedOutcome, recordedOutcome } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { type Exchange, recordingExchanges } from '../egress/exchange-record.js';
import { notingNow } from '../egress/noted-calls.js';
import type { Redact } from '../egress/redaction.js';
import { DATABASE, type Database } from '../store/database.js';
import { LOG, type Log } from '../telemetry/log.js';

/** What is longer, or has more exchanges, can't be replayed. */
const KEPT = { bytes: 262_144, most: 500 };

/** What can be replayed: each is one JSON value in, and one out. */
const RECORDED: Partial<Record<ContractName, readonly string[]>> = {
  'rtdr-provider': ['lookUp'],
  'payment-sink': ['post', 'returnPayment'],
  'enrollment-sink': ['setPaperless', 'setAutopay', 'readBack'],
};

export interface Recording extends RecordedCall {
  at: string;
  exchanges: Exchange[];
}

interface Recorded {
  billerId: string;
  contract: ContractName;
  /** Of its calls. */
  percent: number;
  redact: Redact;
}

interface Row {
  id: number;
  at: Date;
  contract: ContractName;
  method: string;
  input: unknown[];
  outcome: RecordedOutcome;
  exchanges: Exchange[];
}

@injectable()
export class Recordings {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(LOG) private readonly log: Log,
  ) {}

  /** The same implementation; of its calls, so many per cent are kept, masked. */
  recorded<T extends object>(implementation: T, { billerId, contract, percent, redact }: Recorded): T {
    const methods = RECORDED[contract];
    if (!methods || !(percent > 0)) return implementation;
    return new Proxy(implementation, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target);
        if (typeof value !== 'function' || !methods.includes(String(name))) return value;
        return (...args: unknown[]) =>
          // What is only built, and not sent, is no call.
          Math.random() * 100 < percent && !notingNow()?.keptBack
            ? this.call({ billerId, contract, redact, method: String(name) }, args, () => value.apply(target, args))
            : value.apply(target, args);
      },
    });
  }

  private async call(
    { billerId, contract, method, redact }: Omit<Recorded, 'percent'> & { method: string },
    args: unknown[],
    work: () => Promise<unknown>,
  ) {
    const { exchanges, ...ended } = await recordingExchanges(work, KEPT);
    // The partner's words may be ours: of its answer they are masked already.
    const outcome = JSON.stringify(recordedOutcome(ended), (_, item) =>
      typeof item === 'string' ? redact(item) : item,
    );
    const input = args.filter((argument) => !(argument instanceof AbortSignal));
    // Nobody waits for it.
    sql`insert into recordings (biller_id, contract, method, input, outcome, exchanges)
      values (${billerId}, ${contract}, ${method}, ${JSON.stringify(input)}, ${outcome}, ${JSON.stringify(exchanges)})`
      .execute(this.database.db)
      .catch((error: unknown) => this.log.error({ err: error, billerId }, 'a call could not be recorded'));
    if ('error' in ended) throw ended.error;
    return ended.value;
  }

  /** Oldest first. @param after id to go on behind */
  async list(billerId: string, since: Date | undefined, after: number, limit: number): Promise<Recording[]> {
    const { rows } = await sql<Row>`
      select id, at, contract, method, input, outcome, exchanges from recordings
      where biller_id = ${billerId} and id > ${after} and at >= ${since ?? new Date(0)} order by id limit ${limit}`.execute(
      this.database.db,
    );
    return rows.map((row) => ({ ...row, id: String(row.id), at: row.at.toISOString() }));
  }
}
