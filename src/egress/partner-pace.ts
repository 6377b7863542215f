/** Keeps a biller's calls at its rate, on all hosts together: each host reserves the times of its next few calls. */
import { setTimeout as wait } from 'node:timers/promises';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { DATABASE, type Database } from '../store/database.js';

/** Resolves when a call may be made. @param call whose signal is asked for only where it must wait */
export type Pace = (call: { readonly signal: AbortSignal }) => Promise<void>;

/** How far ahead a host reserves: more than that, and another host would wait for times that are never used. */
const AHEAD_S = 0.1;
/** A partner that was left alone takes this much at once. */
const BURST_S = 0.2;
/** No call waits for longer: a later time was reserved before the database's clock was set back, and is nobody's. */
const LONGEST_S = 600;

@injectable()
export class PartnerPaces {
  constructor(@inject(DATABASE) private readonly database: Database) {}

  of(billerId: string, perSecond: number): Pace {
    const interval = 1 / perSecond;
    const reserveAtOnce = Math.max(1, Math.floor(perSecond * AHEAD_S));
    /** Reserved times that are still to be used: the first of a row, an interval between two, and how many. */
    const free: { at: number; left: number }[] = [];
    let asking: Promise<void> | undefined;
    const reserve = async (): Promise<void> => {
      const asked = performance.now();
      // The commit waits for no disk: times that a crash of the database forgets are over when it is back.
      const { rows } = await sql<{ first: number }>`
        insert into partner_paces as pace (biller_id, next_at)
        select ${billerId}, clock_timestamp() + make_interval(secs => ${(reserveAtOnce - 1) * interval - BURST_S})
        from set_config('synchronous_commit', 'off', true)
        on conflict (biller_id) do update set next_at =
          greatest(
            case when pace.next_at < clock_timestamp() + make_interval(secs => ${LONGEST_S})
              then pace.next_at + make_interval(secs => ${interval}) end,
            clock_timestamp() - make_interval(secs => ${BURST_S}))
          + make_interval(secs => ${(reserveAtOnce - 1) * interval})
        returning extract(epoch from next_at - clock_timestamp())::float8 - ${(reserveAtOnce - 1) * interval} as first
      `.execute(this.database.db);
      free.push({ at: asked + (rows[0]?.first ?? 0) * 1000, left: reserveAtOnce });
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
