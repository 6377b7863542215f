/** Holds payments, returns and enrollments durably, and tells how they stand. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ENROLLMENT_KINDS, type EnrollmentKind } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { type Kysely, sql, type Transaction } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Billers } from '../billers/billers.js';
import { Problem } from '../problem.js';
import { audit } from '../store/audit.js';
import { Batches, type Part } from '../store/batches.js';
import { DATABASE, type Database } from '../store/database.js';
import { PipelinedTransaction } from '../store/pipelined-transaction.js';
import {
  DELIVERY_STATES,
  type DeliveryKind,
  type DeliveryState,
  type Tables,
  type UndeliveredTable,
} from '../store/tables.js';
import { DELIVERY_QUEUE, type DeliveryJob, type DeliveryQueue, traceCarrier } from './delivery-queue.js';
import { isEnrollment } from './delivery-rules.js';
import { type Delivery, type PartnerState, SOUND } from './delivery-store.js';

/** How a person who knows better ends a delivery. */
export interface HandSettlement {
  state: 'delivered' | 'rejected';
  reason: string;
  /** The partner's number, where the person found the payment there. */
  confirmationNumber?: string;
}

const RELEASE_AT_ONCE = 1_000;
/** Up to here deliveries are counted. */
export const COUNTED_AT_MOST = 10_000;
const NOT_HELD = { blocked_since: null, blocked_until: null, cause: null, code: null, detail: null };
const NO_ID = '00000000-0000-0000-0000-000000000000';
/** A delivery's id. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface DeliveryFilter {
  state?: DeliveryState | undefined;
  billerId?: string | undefined;
  /** Of these alone; null: of all. */
  billers?: readonly string[] | null;
  kind?: DeliveryKind | undefined;
  /** Beginning of a transaction id or account number, or the id of a delivery. */
  search?: string | undefined;
  /** Whatever concerns this account. */
  account?: string | undefined;
  /** Accepted, or wished or sent again by hand, at this time or later. */
  from?: Date | undefined;
  to?: Date | undefined;
}

/** What a list of deliveries is in order by: those that are not delivered have a table of their own for it. */
function listedBy(state: DeliveryState | undefined) {
  const undelivered = state === 'delivered' ? undefined : state;
  return {
    undelivered,
    at: sql.ref<Date>(undelivered ? 'undelivered.created_at' : 'deliveries.created_at'),
    id: sql.ref<string>(undelivered ? 'undelivered.delivery_id' : 'id'),
  };
}

/** Found first, by their indexes: looked for in the order of a list they could be the last of millions. */
const idsOfAccount = (account: string | undefined) => sql`
  select id from deliveries where key = ${account} and kind in (${sql.join(ENROLLMENT_KINDS.map((kind) => sql.lit(kind)))})
  union all select id from deliveries where request->>'accountNumber' = ${account}`;

const ACCEPT = `
  insert into deliveries (id, biller_id, kind, key, state, request, result, accepted_by)
  select g.id, g.biller_id, g.kind, g.key, 'queued', g.request::jsonb, '{}', g.by
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    as g (id, biller_id, kind, key, request, by)
  on conflict (biller_id, kind, key) do nothing returning *`;

@injectable()
export class Deliveries {
  private readonly accepts: Batches<Accept, Accepted>;
  /** Whoever waits for a payment looks again and again: all who do so at the same time ask together. */
  private readonly looks: Batches<Identity, Delivery | undefined>;

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(DELIVERY_QUEUE) private readonly queue: DeliveryQueue,
  ) {
    this.accepts = new Batches((wishes) => this.acceptAll(wishes));
    this.looks = new Batches(async (wanted) => {
      const held = await this.held(wanted);
      return wanted.map((one) => ({ value: held.get(identityOf(one)) }));
    });
  }

  /**
   * @returns the delivery, and whether it is new; it is committed when this resolves
   * @throws Problem 409 `transaction-conflict` when the transaction id is held with another content
   */
  async acceptPayment(
    billerId: string,
    payment: { transactionId: string },
    by: string,
  ): Promise<{ delivery: Delivery; created: boolean }> {
    await this.scopes.contract(billerId, 'payment-sink');
    return this.accept(billerId, 'payment', payment.transactionId, payment, by);
  }

  /** @throws Problem 404 `payment-not-found`, 501 `contract-not-supported`, 409 `transaction-conflict` */
  async acceptReturn(billerId: string, transactionId: string, returned: object, by: string) {
    await this.get(billerId, 'payment', transactionId);
    if (!this.scopes.hasCapability(await this.billers.get(billerId), 'payment-sink', 'returns'))
      throw new Problem(501, 'contract-not-supported', 'the adapter of this biller does not support returns');
    return this.accept(billerId, 'return', transactionId, returned, by);
  }

  /** Desired state: a new wish replaces the older one, whether or not it was delivered. */
  async setEnrollment(
    billerId: string,
    kind: EnrollmentKind,
    accountNumber: string,
    { enabled, by }: { enabled: boolean; by: string },
  ): Promise<Delivery> {
    await this.scopes.contract(billerId, 'enrollment-sink');
    const limit = await this.limit(billerId);
    const row = await this.database.db.transaction().execute(async (trx) => {
      const request = JSON.stringify({ enabled });
      const row = await trx
        .insertInto('deliveries')
        .values({
          biller_id: billerId,
          kind,
          key: accountNumber,
          state: 'queued',
          request,
          result: '{}',
          accepted_by: by,
        })
        .onConflict((conflict) =>
          conflict.columns(['biller_id', 'kind', 'key']).doUpdateSet({
            state: 'queued',
            request,
            result: '{}',
            accepted_by: by,
            version: sql`deliveries.version + 1`,
            next_attempt_at: null,
            created_at: sql`now()`, // a new wish has its whole time before it
            updated_at: sql`now()`,
          }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      await this.queue.enqueue(trx, [{ deliveryId: row.id, billerId, limit }]);
      return row;
    });
    this.queue.poke();
    return row;
  }

  /** @throws Problem 404 */
  async get(billerId: string, kind: DeliveryKind, key: string): Promise<Delivery> {
    await this.billers.get(billerId);
    const row = await this.looks.add({ billerId, kind, key });
    const name = isEnrollment(kind) ? 'enrollment' : kind;
    if (!row) throw new Problem(404, `${name}-not-found`, `no ${kind} ${key} is held for the biller ${billerId}`);
    return row;
  }

  /** @throws Problem 404 */
  async byId(id: string): Promise<Delivery> {
    const row = await this.database.db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new Problem(404, 'delivery-not-found', `no delivery ${id}`);
    return row;
  }

  async attempts(deliveryId: string) {
    const rows = await this.database.db
      .selectFrom('delivery_attempts')
      .selectAll()
      .where('delivery_id', '=', deliveryId)
      .orderBy('id')
      .execute();
    return rows.map((row) => ({
      at: row.at.toISOString(),
      durationMs: row.duration_ms,
      outcome: row.outcome,
      code: row.code,
      message: row.message,
      exchanges: row.exchanges,
    }));
  }

  /**
   * Newest first.
   * @param after the cursor of the row to go on behind
   * @throws Problem 400 `bad-cursor`
   */
  async list(filter: DeliveryFilter, limit: number, after?: string): Promise<(Delivery & { cursor: string })[]> {
    const match = /^(\d{1,17})\.([0-9a-f-]{36})$/.exec(after ?? `0.${NO_ID}`);
    if (!match) throw new Problem(400, 'bad-cursor', 'the cursor is not one this list gave out');
    const { at, id } = listedBy(filter.state);
    return this.matching(filter)
      .selectAll('deliveries')
      .select(sql<string>`(extract(epoch from ${at}) * 1000000)::bigint || '.' || ${id}`.as('cursor'))
      .$if(after !== undefined, (query) =>
        query.where(
          sql<boolean>`(${at}, ${id}) < (timestamptz 'epoch' + ${match[1]}::bigint * interval '1 microsecond', ${match[2]}::uuid)`,
        ),
      )
      .orderBy(at, 'desc')
      .orderBy(id, 'desc')
      .limit(limit)
      .execute();
  }

  /** How many deliveries are in each state; {@link COUNTED_AT_MOST} and one more means "more than that". */
  async counts(filter: DeliveryFilter): Promise<Record<DeliveryState, number>> {
    // One statement, one connection: whoever types a filter asks for it with each letter.
    return this.database.db
      .selectNoFrom((eb) =>
        DELIVERY_STATES.map((state) => {
          const some = this.matching({ ...filter, state })
            .select('id')
            .limit(COUNTED_AT_MOST + 1);
          return eb
            .selectFrom(some.as('some'))
            .select(({ fn }) => fn.countAll<number>().as('n'))
            .$castTo<{ n: number }>()
            .as(state);
        }),
      )
      .executeTakeFirstOrThrow() as Promise<Record<DeliveryState, number>>;
  }

  private matching({ state, billerId, billers, kind, search, account, from, to }: DeliveryFilter) {
    const asked = search?.trim();
    const { at, undelivered } = listedBy(state);
    return this.database.db
      .selectFrom('deliveries')
      .$if(state === 'delivered', (query) => query.where('deliveries.state', '=', 'delivered'))
      .$if(undelivered !== undefined, (query) =>
        query
          .innerJoin('undelivered', 'undelivered.delivery_id', 'deliveries.id')
          .where('undelivered.state', '=', undelivered as UndeliveredTable['state']),
      )
      .$if(billerId !== undefined, (query) => query.where('deliveries.biller_id', '=', billerId as string))
      .$if(Boolean(billers), (query) => query.where('deliveries.biller_id', 'in', billers as string[]))
      .$if(kind !== undefined, (query) => query.where('kind', '=', kind as DeliveryKind))
      .$if(from !== undefined, (query) => query.where(at, '>=', from as Date))
      .$if(to !== undefined, (query) => query.where(at, '<', to as Date))
      .$if(Boolean(account), (query) => query.where('id', '=', sql<string>`any(array(${idsOfAccount(account)}))`))
      .$if(Boolean(asked), (query) =>
        UUID.test(asked as string)
          ? query.where((eb) => eb.or([eb('id', '=', asked as string), eb('key', '=', asked as string)]))
          : query.where('key', 'like', `${(asked as string).replace(/[\\%_]/g, '\\$&')}%`),
      );
  }

  /**
   * Sends a parked, rejected or cancelled delivery on its way again.
   * @throws Problem 404, 409 `not-retryable`
   */
  retry(id: string, actor: string, reason?: string): Promise<Delivery> {
    const entry = { actor, action: 'delivery.retry', reason };
    // What an earlier attempt may have done is the business of the person who sends it again.
    return this.goAgain(id, ['parked', 'rejected', 'cancelled'], 'not-retryable', entry, () => null);
  }

  /**
   * Sends a delivery on its way again, by the host itself, where its sink makes a repeat safe: unlike {@link retry}, it
   * goes by what is unknown of earlier attempts.
   * @throws Problem 404, 409 `not-repairable`
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
      const doubt = { doubtful_until: doubtOf(held, now) };
      const limit = await this.limit(held.biller_id, trx);
      await this.queue.enqueue(trx, [{ deliveryId: id, billerId: held.biller_id, limit }]);
      await audit(trx, { ...entry, subject: id, details: { from: held.state } });
      // Its age counts from now on, and it is a new wish for whatever attempt is still under way.
      return { ...doubt, state: 'queued', created_at: now, version: held.version + 1, next_attempt_at: null };
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
      if (row.doubtful_until && !isEnrollment(row.kind))
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
    const limit = await this.limit(billerId);
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
    const limit = await this.limit(billerId);
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
   * Lets no delivery begin for a moment, unless something holds them back already; what is under way goes on.
   * @returns whether it does: then {@link letGo} ends it
   */
  async hold(billerId: string, { code, detail, ms }: { code: string; detail: string; ms: number }): Promise<boolean> {
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
        blocked_until: sql<Date>`clock_timestamp() + ${ms} * interval '1 millisecond'`,
      })
      .where('biller_id', '=', billerId)
      .where('blocked_since', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Ends a {@link hold}, and sends what waited for it on its way. */
  async letGo(billerId: string, code: string): Promise<void> {
    const limit = await this.limit(billerId);
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

  private async limit(billerId: string, db?: Kysely<Tables>): Promise<number> {
    return (await this.scopes.limits(billerId, db)).concurrency;
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

  private async accept(billerId: string, kind: DeliveryKind, key: string, content: object, by: string) {
    const request = JSON.stringify(content);
    const limit = await this.limit(billerId);
    const { delivery, created } = await this.accepts.add({
      ...{ billerId, kind, key, request, by, limit, carrier: traceCarrier() },
    });
    if (!created && !isDeepStrictEqual(delivery.request, JSON.parse(request)))
      throw new Problem(409, 'transaction-conflict', `the transaction ${key} is held with another content`);
    return { delivery, created };
  }

  private async held(wanted: readonly Identity[]): Promise<Map<string, Delivery>> {
    const rows = await this.database.db
      .selectFrom('deliveries')
      .selectAll()
      .where((eb) =>
        eb(
          eb.refTuple('biller_id', 'kind', 'key'),
          'in',
          wanted.map(({ billerId, kind, key }) => eb.tuple(billerId, kind, key)),
        ),
      )
      .execute();
    return new Map(rows.map((row) => [identityOf(toIdentity(row)), row]));
  }

  /** What is handed over at the same time is committed together. */
  private async acceptAll(wishes: readonly Accept[]): Promise<Part<Accepted>[]> {
    // In one order, so that hosts that are handed the same ones don't wait for each other in a circle.
    const sorted = [...Map.groupBy(wishes, identityOf)].sort(([a], [b]) => (a < b ? -1 : 1));
    // Handed over twice in one batch: the first makes it.
    const unique = sorted.map(([, [first]]) => ({ ...(first as Accept), deliveryId: randomUUID() }));
    const fields = (['deliveryId', 'billerId', 'kind', 'key', 'request', 'by'] as const).map((field) =>
      unique.map((wish) => wish[field]),
    );
    // One trip: nothing is waited for before the commit.
    const { made } = await PipelinedTransaction.run(this.database.pipelined, async (transaction) => {
      const made = transaction.send(ACCEPT, fields);
      // That of one that is held already finds no delivery, and is gone.
      await transaction.sendBy((send) => this.queue.enqueueBy(send, unique));
      return { made }; // not the promise alone, which would be waited for
    });
    const accepted = new Map<string, Accepted>(
      ((await made).rows as Delivery[]).map((row) => [identityOf(toIdentity(row)), { delivery: row, created: true }]),
    );
    const others = unique.filter((wish) => !accepted.has(identityOf(wish)));
    if (others.length)
      for (const [id, delivery] of await this.held(others)) accepted.set(id, { delivery, created: false });
    if (accepted.size) this.queue.poke();
    const told = new Set<string>();
    return wishes.map((wish) => {
      const id = identityOf(wish);
      const one = accepted.get(id);
      if (!one) return { error: new Error(`the delivery ${id} was neither made nor found`) };
      const created = one.created && !told.has(id);
      told.add(id);
      return { value: { ...one, created } };
    });
  }
}

/** What is handed over, to be made a delivery unless it is one. */
interface Accept extends Omit<DeliveryJob, 'deliveryId'> {
  kind: DeliveryKind;
  key: string;
  request: string;
  by: string;
}
interface Accepted {
  delivery: Delivery;
  created: boolean;
}
type Identity = Pick<Accept, 'billerId' | 'kind' | 'key'>;
const identityOf = ({ billerId, kind, key }: Identity): string => JSON.stringify([billerId, kind, key]);
const toIdentity = ({ biller_id, kind, key }: Delivery): Identity => ({ billerId: biller_id, kind, key });

/** An attempt's outcome must be known before a person may decide over it. */
function refuseUnderWay(row: Delivery, now: Date): void {
  if (row.lease_until && row.lease_until > now)
    throw new Problem(409, 'under-way', 'an attempt is under way; its outcome must be known first');
}
