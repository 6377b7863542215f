/** Keeps a biller's calls at its rate, on all hosts together: each host reserves the times of its next few calls. */
import { setTimeout as wait } from 'node:timers/promises';
import { inject, injectable } from 'inversify';
import { Batches, type Part } from '../store/batches.js';
import { DATABASE, type Database } from '../store/database.js';

/** Resolves when a call may be made. @param call whose signal is asked for only where it must wait */
export type Pace = (call: { readonly signal: AbortSignal }) => Promise<void>;

/** How far ahead a host reserves: more than that, and another host would wait for times that are never used. */
const AHEAD_S = 0.1;
/** A partner that was left alone takes this much at once. */
const BURST_S = 0.2;
/** No call waits for longer: a later time was reserved before the database's clock was set back, and is nobody's. */
const LONGEST_S = 600;

/** So many times of calls, from now on, that far apart. */
interface Reservation {
  billerId: string;
  /** In seconds. */
  interval: number;
  count: number;
}
const billerOf = (reservation: Reservation | undefined): string => reservation?.billerId ?? '';

@injectable()
export class PartnerPaces {
  private readonly reservations: Batches<Reservation, number>;

  constructor(@inject(DATABASE) private readonly database: Database) {
    this.reservations = new Batches((wanted) => this.reserveAll(wanted));
  }

  /** What many billers' calls need at the same time is asked for together. @returns in how many seconds the first time is */
  private async reserveAll(wanted: readonly Reservation[]): Promise<Part<number>[]> {
    const order = [...wanted.keys()].sort((a, b) => (billerOf(wanted[a]) < billerOf(wanted[b]) ? -1 : 1));
    const sorted = order.map((index) => wanted[index] as Reservation);
    const columns = [sorted.map(billerOf), sorted.map(({ interval }) => interval), sorted.map(({ count }) => count)];
    // The commit waits for no disk: times that a crash of the database forgets are over when it is back.
    const { rows } = await this.database.pool.query<{ first: number }>({
      name: 'reserve-paces',
      text: `select first from reserve_paces($1::text[], $2::float8[], $3::int[], $4, $5)
        cross join (select set_config('synchronous_commit', 'off', true) offset 0) as unhurried`,
      values: [...columns, BURST_S, LONGEST_S],
    });
    const told: Part<number>[] = [];
    for (const [row, index] of order.entries()) told[index] = { value: rows[row]?.first ?? 0 };
    return told;
  }

  of(billerId: string, perSecond: number): Pace {
    const interval = 1 / perSecond;
    const reserveAtOnce = Math.max(1, Math.floor(perSecond * AHEAD_S));
    /** Reserved times that are still to be used: the first of a row, an interval between two, and how many. */
    const free: { at: number; left: number }[] = [];
    let asking: Promise<void> | undefined;
    const reserve = async (): Promise<void> => {
      const asked = performance.now();
      const first = await this.reservations.add({ billerId, interval, count: reserveAtOnce });
      free.push({ at: asked + first * 1000, left: reserveAtOnce });
    };
    /** @param since times before it passed unused too long ago: they are no right to a burst now */
    const next = (since: number): number | undefined => {
      for (let row = free[0]; row; row = free[0]) {
        const passed = Math.max(0, Math.ceil((since - row.at) / (interval * 1000)));
        const at = row.at + passed * interval * 1000;
        row.left -= passed + 1;
        row.at = at + interval * 1000;
        if (row.left <= 0) free.shift();
        if (row.left >= 0) return at;
      }
      return undefined;
    };
    return async (call) => {
      for (;;) {
        const now = performance.now();
        const at = next(now - 1000 * (BURST_S + AHEAD_S));
        if (at !== undefined) {
          if (at > now) await wait(at - now, undefined, { signal: call.signal });
          return;
        }
        asking ??= reserve().finally(() => {
          asking = undefined;
        });
        await asking;
        call.signal.throwIfAborted();
      }
    };
  }
}
