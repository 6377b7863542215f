/** What a person, or the host's own repair, decides over a delivery. */
import { inject, injectable } from 'inversify';
import { sql, type Transaction } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Problem } from '../problem.js';
import { audit } from '../store/audit.js';
import { DATABASE, type Database } from '../store/database.js';
import type { DeliveryState, Tables } from '../store/tables.js';
import { DatabaseHistory } from './database-history.js';
import { DELIVERY_QUEUE, type DeliveryQueue } from './delivery-queue.js';
import { isEnrollment, isUnderWay, mayBeThere } from './delivery-rules.js';
import type { Delivery } from './delivery-store.js';
import { isReturned } from './returned.js';

/** How a person who knows better ends a delivery. */
export interface HandSettlement {
  state: 'delivered' | 'rejected';
  reason: string;
  /** The partner's number, where the person found the payment there. */
  confirmationNumber?: string;
}

@injectable()
export class DeliveryDecisions {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(DELIVERY_QUEUE) private readonly queue: DeliveryQueue,
    @inject(DatabaseHistory) private readonly history: DatabaseHistory,
  ) {}

  /**
   * Sends a parked, rejected or cancelled delivery on its way again.
   * @throws Problem 404, 409 `not-retryable`, or `payment-returned` of a payment that its bank has taken back
   */
  retry(id: string, actor: string, reason?: string): Promise<Delivery> {
    const entry = { actor, action: 'delivery.retry', reason };
    // What an earlier attempt may have done is the business of the person who sends it again.
    return this.goAgain(id, ['parked', 'rejected', 'cancelled'], 'not-retryable', entry, () => null);
  }

  /**
   * Sends a delivery on its way again, by the host itself, where its sink makes a repeat safe: unlike {@link retry}, it
   * goes by what is unknown of earlier attempts.
   * @throws Problem 404, 409 `not-repairable` or `payment-returned`
   */
  sendAgain(id: string, from: 'parked' | 'delivered', reason: string): Promise<Delivery> {
    const entry = { actor: 'host', action: 'delivery.repair', reason };
    return this.goAgain(id, [from], 'not-repairable', entry, (held, now) => {
      refuseUnderWay(held, now);
      // A sink that can look for it does so once more before it posts.
      return held.doubtful_until ?? (isEnrollment(held.kind) ? null : now);
    });
  }

  private async goAgain(
    id: string,
    from: DeliveryState[],
    code: string,
    entry: { actor: string; action: string; reason: string | undefined },
    doubtOf: (held: Delivery, now: Date) => Date | null,
  ): Promise<Delivery> {
    const row = await this.change(id, from, code, async (trx, held, now) => {
      if (held.kind === 'payment') await refuseReturned(trx, held);
      const doubt = { doubtful_until: doubtOf(held, now) };
      const { concurrency: limit } = await this.scopes.limits(held.biller_id, trx);
      await this.queue.enqueue(trx, [{ deliveryId: id, billerId: held.biller_id, limit }]);
      await audit(trx, { ...entry, subject: id, details: { from: held.state } });
      // Its age counts from now on, and it is a new wish for whatever attempt is still under way; what is in doubt of it is said.
      const anew = { created_at: now, version: held.version + 1, next_attempt_at: null, lease_token: null };
      return { ...doubt, ...anew, state: 'queued' };
    });
    this.queue.poke();
    return row;
  }

  /**
   * Gives a waiting or parked delivery up.
   * @throws Problem 404, 409 `not-cancellable`, or `outcome-unknown` where money may have been moved already
   */
  cancel(id: string, actor: string, reason?: string): Promise<Delivery> {
    return this.change(id, ['queued', 'parked'], 'not-cancellable', async (trx, row, now) => {
      refuseUnderWay(row, now);
      if (!isEnrollment(row.kind) && mayBeThere(row, await this.history.restoredLately(trx)))
        throw new Problem(
          409,
          'outcome-unknown',
          'the partner may have it; look there, then settle it by hand or retry it',
        );
      await audit(trx, { actor, action: 'delivery.cancel', subject: id, reason, details: { from: row.state } });
      return { state: 'cancelled', next_attempt_at: null };
    });
  }

  /**
   * Ends a delivery as a person who looked at the partner says.
   * @throws Problem 404, 409 `not-settleable`
   */
  settleByHand(id: string, actor: string, { state, reason, confirmationNumber }: HandSettlement): Promise<Delivery> {
    return this.change(id, ['queued', 'parked', 'cancelled', 'rejected'], 'not-settleable', async (trx, row, now) => {
      refuseUnderWay(row, now);
      const result = {
        ...(row.result as object),
        ...{ reason, settledBy: actor, duplicate: false, partnerMessages: [] },
        ...(confirmationNumber ? { confirmationNumber } : {}),
      };
      const details = { from: row.state, to: state, confirmationNumber };
      await audit(trx, { actor, action: 'delivery.settle', subject: id, reason, details });
      return { state, result, version: row.version + 1, next_attempt_at: null, doubtful_until: null };
    });
  }

  private change(
    id: string,
    from: DeliveryState[],
    code: string,
    decide: (trx: Transaction<Tables>, row: Delivery, now: Date) => Promise<Partial<Delivery>>,
  ): Promise<Delivery> {
    return this.database.db.transaction().execute(async (trx) => {
      const locked = await trx
        .selectFrom('deliveries')
        .selectAll()
        .select(sql<Date>`clock_timestamp()`.as('now'))
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (!locked) throw new Problem(404, 'delivery-not-found', `no delivery ${id}`);
      const { now, ...row } = locked;
      if (!from.includes(row.state)) throw new Problem(409, code, `the delivery is ${row.state}`);
      const { request: _, result, ...set } = await decide(trx, row, now);
      return trx
        .updateTable('deliveries')
        .set({ ...set, ...(result ? { result: JSON.stringify(result) } : {}), updated_at: now })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
    });
  }
}

/** Nobody has the money any more. Under the payment's lock: a return that comes later goes after it, as any does. */
async function refuseReturned(trx: Transaction<Tables>, { id }: Delivery): Promise<void> {
  const returned = await trx
    .selectFrom('deliveries')
    .select('id')
    .where('id', '=', id)
    .where(isReturned('deliveries'))
    .executeTakeFirst();
  if (returned)
    throw new Problem(
      409,
      'payment-returned',
      'its bank has returned it; where the partner has it, settle it as delivered and send its return; else settle both as rejected',
    );
}

/** An attempt's outcome must be known before a person may decide over it. */
function refuseUnderWay(row: Delivery, now: Date): void {
  if (isUnderWay(row, now))
    throw new Problem(409, 'under-way', 'an attempt is under way; its outcome must be known first');
}
