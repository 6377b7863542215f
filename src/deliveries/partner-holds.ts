/** What holds all deliveries of a biller back, and lets them go again. */
import { setTimeout as wait } from 'node:timers/promises';
import { inject, injectable } from 'inversify';
import { sql, type Transaction } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { REMEMBERED_MS } from '../billers/billers.js';
import { Problem } from '../problem.js';
import { audit } from '../store/audit.js';
import { DATABASE, type Database } from '../store/database.js';
import type { Tables } from '../store/tables.js';
import { DELIVERY_QUEUE, type DeliveryQueue } from './delivery-queue.js';
import { type PartnerState, SOUND } from './delivery-store.js';

const RELEASE_AT_ONCE = 1_000;
/** So long deliveries under way are waited for, to change where the next ones go. */
const [DRAIN_MS, DRAIN_EVERY_MS] = [20_000, 200];
/** For so long a host that ends in such a change leaves its biller held back. */
const HOLD_MS = 60_000;
/** Then no host remembers a biller as it was. */
const KNOWN_MS = REMEMBERED_MS + 200;
/** Codes of what a biller is held back for where its adapter isn't there. */
const ADAPTER_LACKING = ['adapter-unknown', 'adapter-quarantined'];
const NOT_HELD = { blocked_since: null, blocked_until: null, cause: null, code: null, detail: null };

@injectable()
export class PartnerHolds {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(DELIVERY_QUEUE) private readonly queue: DeliveryQueue,
  ) {}

  /** Why a biller's deliveries wait, and since when; undefined when they don't. */
  async heldBack(billerId: string): Promise<PartnerState | undefined> {
    return this.database.db
      .selectFrom('partner_states')
      .selectAll()
      .where('biller_id', '=', billerId)
      .where('blocked_since', 'is not', null)
      .executeTakeFirst();
  }

  /**
   * Tries a biller that is held back again, now: its settings changed, or a person says so. One that a person paused
   * stays paused.
   */
  async release(billerId: string): Promise<void> {
    const { concurrency: limit } = await this.scopes.limits(billerId);
    await this.database.db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('partner_states')
        .set({ blocked_until: sql`clock_timestamp()` })
        .where('biller_id', '=', billerId)
        .where('blocked_since', 'is not', null)
        .where('cause', '<>', 'by-hand')
        .executeTakeFirst();
      if (numUpdatedRows) await this.wake(trx, billerId, limit);
    });
    this.queue.release(billerId);
  }

  /** Those that were held back since no worker had their adapter, when one has it. */
  async releaseOf(adapters: readonly string[]): Promise<void> {
    const waiting = await this.database.db
      .selectFrom('partner_states')
      .innerJoin('billers', 'billers.biller_id', 'partner_states.biller_id')
      .select('billers.biller_id')
      .where('cause', '=', 'misconfigured')
      .where('code', 'in', ADAPTER_LACKING)
      .where('adapter', 'in', adapters)
      .execute();
    for (const { biller_id: billerId } of waiting) await this.release(billerId);
  }

  /** Holds all deliveries of a biller back until {@link resume}; what is under way ends by itself. */
  async pause(billerId: string, actor: string, reason?: string): Promise<void> {
    const paused = {
      ...{
        blocked_since: sql<Date>`clock_timestamp()`,
        blocked_until: sql<Date>`clock_timestamp() + interval '100 years'`,
      },
      ...{ cause: 'by-hand' as const, code: 'paused-by-hand', detail: reason ?? null, blocks: 0, failures: 0 },
    };
    await this.database.db.transaction().execute(async (trx) => {
      await trx
        .insertInto('partner_states')
        .values({ biller_id: billerId, ...paused })
        .onConflict((conflict) => conflict.column('biller_id').doUpdateSet(paused))
        .execute();
      await audit(trx, { actor, action: 'biller.pause', subject: billerId, reason });
    });
  }

  /** Lets a biller's deliveries go again, whatever held them back. @throws Problem 409 `not-paused` */
  async resume(billerId: string, actor: string, reason?: string): Promise<void> {
    const { concurrency: limit } = await this.scopes.limits(billerId);
    await this.database.db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('partner_states')
        .set(SOUND)
        .where('biller_id', '=', billerId)
        .where('blocked_since', 'is not', null)
        .executeTakeFirst();
      if (!numUpdatedRows) throw new Problem(409, 'not-paused', 'nothing holds the deliveries of this biller back');
      await audit(trx, { actor, action: 'biller.resume', subject: billerId, reason });
      await this.wake(trx, billerId, limit);
    });
    this.queue.release(billerId);
  }

  /**
   * Changes where a biller's deliveries go: none is under way then, and none begins before every host knows where.
   * @param why of the hold, while it is changed
   * @param change is told how many payments and returns may have reached the partner that was: another can't tell
   * @returns what `change` did; `known` resolves when deliveries go on
   * @throws Problem 409 `deliveries-under-way`, or what `change` throws: then nothing is changed
   */
  async sendElsewhere<T>(
    billerId: string,
    why: { code: string; detail: string },
    change: (trx: Transaction<Tables>, inDoubt: number) => Promise<T>,
  ): Promise<{ value: T; known: Promise<void> }> {
    const holds = await this.hold(billerId, why);
    const letGo = async (): Promise<void> => {
      if (holds) await this.letGo(billerId, why.code);
    };
    try {
      const until = performance.now() + DRAIN_MS;
      for (;;) {
        const done = await this.changeAtRest(billerId, change);
        if (typeof done === 'object') {
          const known = wait(KNOWN_MS).then(letGo);
          known.catch(() => undefined); // whoever waits for it hears of it; the hold ends by itself
          return { value: done.value, known };
        }
        if (performance.now() > until)
          throw new Problem(409, 'deliveries-under-way', `${done} deliveries are under way and don’t end; try again`);
        await wait(DRAIN_EVERY_MS);
      }
    } catch (error) {
      await letGo();
      throw error;
    }
  }

  /** @returns how many deliveries are under way: then nothing was done */
  private changeAtRest<T>(billerId: string, change: (trx: Transaction<Tables>, inDoubt: number) => Promise<T>) {
    return this.database.db.transaction().execute(async (trx): Promise<{ value: T } | number> => {
      // Whoever claims a delivery locks this row first: none is claimed until this ends.
      await sql`select 1 from partner_states where biller_id = ${billerId} for update`.execute(trx);
      const { rows } = await sql<{ leased: number; inDoubt: number }>`
        select (select count(*)::int from leased_deliveries where biller_id = ${billerId}) as leased,
          (select count(*)::int from undelivered u join deliveries d on d.id = u.delivery_id
            where u.biller_id = ${billerId} and u.state in ('queued', 'parked') and d.kind in ('payment', 'return')
            and (doubtful_until is not null or lease_token is not null)) as "inDoubt"`.execute(trx);
      const { leased, inDoubt } = rows[0] ?? { leased: 0, inDoubt: 0 };
      if (leased) return leased;
      const value = await change(trx, inDoubt);
      // Whatever else holds them back doesn't end before every host knows.
      await sql`update partner_states set
          blocked_until = greatest(blocked_until, clock_timestamp() + ${KNOWN_MS} * interval '1 millisecond')
        where biller_id = ${billerId} and blocked_since is not null`.execute(trx);
      return { value };
    });
  }

  /**
   * Lets no delivery begin for a moment, unless something holds them back already; what is under way goes on.
   * @returns whether it does: then {@link letGo} ends it
   */
  private async hold(billerId: string, { code, detail }: { code: string; detail: string }): Promise<boolean> {
    const { db } = this.database;
    await db
      .insertInto('partner_states')
      .values({ biller_id: billerId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const { numUpdatedRows } = await db
      .updateTable('partner_states')
      .set({
        ...{ cause: 'by-hand', code, detail, blocked_since: sql<Date>`clock_timestamp()` },
        blocked_until: sql<Date>`clock_timestamp() + ${HOLD_MS} * interval '1 millisecond'`,
      })
      .where('biller_id', '=', billerId)
      .where('blocked_since', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Ends a {@link hold}, and sends what waited for it on its way. */
  private async letGo(billerId: string, code: string): Promise<void> {
    const { concurrency: limit } = await this.scopes.limits(billerId);
    await this.database.db.transaction().execute(async (trx) => {
      await trx
        .updateTable('partner_states')
        .set(NOT_HELD)
        .where('biller_id', '=', billerId)
        .where('code', '=', code)
        .execute();
      await this.wake(trx, billerId, limit);
    });
    this.queue.release(billerId);
  }

  /** Their own jobs come when the block would have ended; a second job of a delivery does nothing. */
  private async wake(trx: Transaction<Tables>, billerId: string, limit: number): Promise<void> {
    const waiting = await trx
      .selectFrom('undelivered')
      .innerJoin('deliveries', 'deliveries.id', 'undelivered.delivery_id')
      .select('id')
      .where('undelivered.biller_id', '=', billerId)
      .where('undelivered.state', '=', 'queued')
      .where('lease_until', 'is', null)
      .where('next_attempt_at', 'is', null)
      .orderBy('undelivered.created_at')
      .limit(RELEASE_AT_ONCE)
      .execute();
    const jobs = waiting.map(({ id }) => ({ deliveryId: id, billerId, limit }));
    if (jobs.length) await this.queue.enqueue(trx, jobs);
  }
}

/** Another adapter can't tell what the one before it did. @throws Problem 409 `deliveries-in-doubt` */
export function refuseInDoubt(inDoubt: number): void {
  if (inDoubt)
    throw new Problem(
      409,
      'deliveries-in-doubt',
      `${inDoubt} payments or returns may have reached the partner; they must be settled before another adapter takes over`,
    );
}
