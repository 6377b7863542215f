/**
 * One database transaction for many pieces of work at once: what they ask for at the same time becomes one statement, and
 * they are committed together. Each sees what it would see alone, since whatever two of them must not do at once (the
 * same delivery, a partner's state) they do in turns.
 */
import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import { Batches, type Part } from '../store/batches.js';
import type { Tables } from '../store/tables.js';
import type { DeliveryJob, DeliveryQueue } from './delivery-queue.js';
import {
  type Attempt,
  type Delivery,
  type DeliveryPatch,
  type DeliveryTransaction,
  type Locked,
  type LockedForClaim,
  type PartnerPatch,
  type PartnerState,
  PROGRESS,
} from './delivery-store.js';

const SWEEP_AT_MOST = 500;
const NOW = sql<Date>`clock_timestamp()`;

/** How the columns that a patch may set are told to the database. */
const COLUMN_TYPES: { [Column in keyof DeliveryPatch]: string } = {
  ...{ state: 'text', version: 'integer', attempts: 'integer', result: 'jsonb', accepted_by: 'text' },
  ...{ lease_token: 'uuid', lease_until: 'timestamptz', next_attempt_at: 'timestamptz', doubtful_until: 'timestamptz' },
};

const ATTEMPT_TYPES = {
  ...{ delivery_id: 'uuid', at: 'timestamptz', duration_ms: 'integer' },
  ...{ outcome: 'text', code: 'text', message: 'text', exchanges: 'jsonb' },
} satisfies { [Column in keyof Attempt]: string };

/** A value a row, as one parameter; those in JSON as one text, since an array of texts would quote each of them again. */
const asColumn = (type: string, values: readonly unknown[]): RawBuilder<unknown> =>
  type === 'jsonb'
    ? sql`jsonb_array_elements(${JSON.stringify(values)}::jsonb)`
    : sql`unnest(${values}::${sql.raw(type)}[])`;

type Standing = Pick<LockedForClaim, 'partner' | 'leased' | 'limit'>;
type Save = { id: string; patch: DeliveryPatch };

/** What the transaction needs besides the database. */
export interface SharedTransactionParts {
  queue: DeliveryQueue;
  /** How many deliveries of a biller may be under way at once. */
  limitOf(billerId: string, db: Kysely<Tables>): Promise<number>;
}

export class SharedTransaction {
  /** A connection does one thing after another. */
  private last: Promise<unknown> = Promise.resolve();
  /** By what is done in turns: when the latest work that does it has ended. */
  private readonly turns = new Map<string, Promise<unknown>>();
  /** By biller: how many of the works here wish to claim one of its deliveries. */
  private readonly claiming = new Map<string, number>();

  private readonly locks: Batches<string, Locked | undefined>;
  private readonly wholeLocks: Batches<string, Locked<Delivery> | undefined>;
  private readonly standings: Batches<string, Standing>;
  private readonly partners: Batches<string, PartnerState | undefined>;

  /** What is to be written: sent together, before anything is read again and at the end. */
  private saves: Save[] = [];
  private records: Attempt[] = [];
  private partnerSaves: { billerId: string; patch: PartnerPatch }[] = [];
  private jobs: DeliveryJob[] = [];

  constructor(
    private readonly trx: Transaction<Tables>,
    private readonly parts: SharedTransactionParts,
  ) {
    const together = <Item, Result>(run: (items: readonly Item[]) => Promise<readonly Result[]>) =>
      new Batches<Item, Result>(async (items) =>
        (await this.read(() => run(items))).map((value): Part<Result> => ({ value })),
      );
    this.locks = together((ids) => this.lockAll(ids, this.trx.selectFrom('deliveries').select(PROGRESS)));
    this.wholeLocks = together((ids) => this.lockAll(ids, this.trx.selectFrom('deliveries').selectAll()));
    this.standings = together((billerIds) => this.standingsOf(billerIds));
    this.partners = together((billerIds) => this.partnersOf(billerIds));
  }

  /** @throws what the first work that failed has thrown, when all of them have ended */
  async run<T>(works: readonly ((transaction: DeliveryTransaction) => Promise<T>)[]): Promise<T[]> {
    const ended = await Promise.allSettled(
      works.map((work) => {
        let end: () => void = () => undefined;
        const untilEnd = new Promise<void>((done) => {
          end = done;
        });
        return work(this.seenBy(untilEnd)).finally(end);
      }),
    );
    const values = ended.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    await this.write();
    return values;
  }

  private seenBy(untilEnd: Promise<void>): DeliveryTransaction {
    /** @returns whether another had the turn before */
    const turn = async (of: string): Promise<boolean> => {
      const before = this.turns.get(of);
      this.turns.set(of, untilEnd);
      await before;
      return before !== undefined;
    };
    const lock = async <Of>(id: string, locks: Batches<string, Of>): Promise<Of> => {
      await turn(`delivery ${id}`);
      return locks.add(id);
    };
    const lockPartner = async (billerId: string): Promise<PartnerState> => {
      await turn(`partner ${billerId}`);
      return this.read(async () => (await this.lockPartners([billerId]))[0] as PartnerState);
    };
    return {
      lock: (id) => lock(id, this.locks),
      lockPartner,
      partner: async (billerId) => (await this.partners.add(billerId)) ?? lockPartner(billerId),
      lockForClaim: async (id) => {
        const locked = await lock(id, this.wholeLocks);
        if (!locked) return undefined;
        const { biller_id: billerId } = locked.delivery;
        const before = this.claiming.get(billerId) ?? 0;
        this.claiming.set(billerId, before + 1);
        const standing = await this.standings.add(billerId);
        // Who claims changes a state that is not sound, and the next must see that.
        if (standing.partner.blocked_since && (await turn(`partner ${billerId}`)))
          return { ...locked, ...(await this.standings.add(billerId)) };
        return { ...locked, ...standing, leased: standing.leased + before };
      },
      latestAttempts: (deliveryId) =>
        this.read(() =>
          this.trx
            .selectFrom('delivery_attempts')
            .select(['code', 'message'])
            .where('delivery_id', '=', deliveryId)
            .orderBy('id', 'desc')
            .limit(10)
            .execute(),
        ),
      save: async (id, patch) => void this.saves.push({ id, patch }),
      savePartner: async (billerId, patch) => void this.partnerSaves.push({ billerId, patch }),
      record: async (attempt) => void this.records.push(attempt),
      enqueue: async ({ id, biller_id: billerId }, startAfter) => {
        const limit = await this.inTurn(() => this.parts.limitOf(billerId, this.trx));
        this.jobs.push({ deliveryId: id, billerId, limit, ...(startAfter ? { startAfter } : {}) });
      },
      endedLeases: () => this.read(() => this.endedLeases()),
    };
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Sees what is to be written by then. */
  private read<T>(work: () => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      await this.write();
      return work();
    });
  }

  private async write(): Promise<void> {
    const { saves, records, partnerSaves, jobs } = this;
    [this.saves, this.records, this.partnerSaves, this.jobs] = [[], [], [], []];
    await this.saveAll(saves);
    if (records.length) await this.recordAll(records);
    for (const { billerId, patch } of partnerSaves)
      await this.trx.updateTable('partner_states').set(patch).where('biller_id', '=', billerId).execute();
    if (jobs.length) await this.parts.queue.enqueue(this.trx, jobs);
  }

  private async lockAll<Of extends { id: string }>(
    ids: readonly string[],
    select: SelectQueryBuilder<Tables, 'deliveries', Of>,
  ): Promise<(Locked<Of> | undefined)[]> {
    const rows = await select
      .select(NOW.as('now'))
      .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
      .orderBy('id') // so that two transactions wait for one another one way only
      .forUpdate()
      .execute();
    const byId = new Map(rows.map((row) => [row.id, { delivery: row, now: row.now }]));
    return ids.map((id) => byId.get(id));
  }

  private async partnersOf(billerIds: readonly string[]): Promise<(PartnerState | undefined)[]> {
    const rows = await this.selectPartners(billerIds).execute();
    const byId = new Map(rows.map((row) => [row.biller_id, row]));
    return billerIds.map((billerId) => byId.get(billerId));
  }

  private selectPartners(billerIds: readonly string[]) {
    return this.trx
      .selectFrom('partner_states')
      .selectAll()
      .where('biller_id', '=', sql<string>`any(${[...billerIds]}::text[])`);
  }

  private async lockPartners(billerIds: readonly string[]): Promise<PartnerState[]> {
    const select = async () =>
      new Map(
        (await this.selectPartners(billerIds).orderBy('biller_id').forUpdate().execute()).map((row) => [
          row.biller_id,
          row,
        ]),
      );
    let found = await select();
    const lacking = [...new Set(billerIds)].filter((billerId) => !found.has(billerId)).sort();
    if (lacking.length) {
      await this.trx
        .insertInto('partner_states')
        .values(lacking.map((billerId) => ({ biller_id: billerId })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      found = await select();
    }
    return billerIds.map((billerId) => found.get(billerId) as PartnerState);
  }

  private async standingsOf(billerIds: readonly string[]): Promise<Standing[]> {
    const partners = await this.lockPartners(billerIds);
    const { rows: counts } = await sql<{ biller_id: string; n: number }>`
      select biller_id, n from leased_of(${[...new Set(billerIds)]}::text[])`.execute(this.trx);
    const leased = new Map(counts.map(({ biller_id, n }) => [biller_id, n]));
    const limits = new Map<string, number>();
    for (const billerId of new Set(billerIds)) limits.set(billerId, await this.parts.limitOf(billerId, this.trx));
    return billerIds.map((billerId, index) => ({
      partner: partners[index] as PartnerState,
      leased: leased.get(billerId) ?? 0,
      limit: limits.get(billerId) ?? 0,
    }));
  }

  /** Those that set the same columns, mostly all, in one statement. */
  private async saveAll(saves: readonly Save[]): Promise<void> {
    const alike = Map.groupBy(saves, ({ patch }) => Object.keys(patch).sort().join());
    for (const group of alike.values()) {
      const columns = Object.keys(group[0]?.patch ?? {}) as (keyof DeliveryPatch)[];
      const values = columns.map((column) =>
        asColumn(
          COLUMN_TYPES[column] ?? 'text',
          group.map(({ patch }) => patch[column]),
        ),
      );
      const ids = asColumn(
        'uuid',
        group.map(({ id }) => id),
      );
      const sets = columns.map((column) => sql`${sql.ref(column)} = ${sql.ref(`p.${column}`)}`);
      await sql`
        update deliveries d set ${sql.join([...sets, sql`updated_at = clock_timestamp()`])}
        from rows from (${sql.join([ids, ...values])}) as p (${sql.join(['id', ...columns].map((name) => sql.id(name)))})
        where d.id = p.id`.execute(this.trx);
    }
  }

  private async recordAll(attempts: readonly Attempt[]): Promise<void> {
    const columns = Object.entries(ATTEMPT_TYPES).map(([name, type]) =>
      asColumn(
        type,
        attempts.map((attempt) => attempt[name as keyof Attempt] ?? null),
      ),
    );
    await sql`
      insert into delivery_attempts (${sql.join(Object.keys(ATTEMPT_TYPES).map((name) => sql.id(name)))})
      select * from rows from (${sql.join(columns)}) as g`.execute(this.trx);
  }

  private async endedLeases(): Promise<Locked[]> {
    const rows = await this.trx
      .selectFrom('deliveries')
      .select([...PROGRESS, NOW.as('now')])
      .where('id', 'in', (eb) => eb.selectFrom('leased_deliveries').select('delivery_id'))
      .where('lease_until', '<', NOW)
      .limit(SWEEP_AT_MOST)
      .forUpdate()
      .skipLocked()
      .execute();
    return rows.map((row) => ({ delivery: row, now: row.now }));
  }
}
