/**
 * One database transaction for many pieces of work at once: what they ask for at the same time becomes one statement, and
 * they are committed together. Each sees what it would see alone, since whatever two of them must not do at once (the
 * same delivery, a partner's state) they do in turns. What doesn't need another's answer is sent without waiting for it, and
 * the database does it in the order it was sent.
 */
import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { Batches, type Part } from '../store/batches.js';
import type { PipelinedTransaction, Send } from '../store/pipelined-transaction.js';
import type { Tables } from '../store/tables.js';
import type { DeliveryJob, DeliveryQueue } from './delivery-queue.js';
import {
  countLeased,
  lockDeliveries,
  lockEndedLeases,
  lockLongDue,
  lockPartners,
  makePartners,
  type PartnerSave,
  recordAttempts,
  type Save,
  type Statement,
  saveDeliveries,
  savePartner,
  WITHOUT_JOBS,
} from './delivery-statements.js';
import {
  type Attempt,
  type Delivery,
  type DeliveryTransaction,
  type Locked,
  type LockedForClaim,
  type PartnerState,
  PROGRESS,
} from './delivery-store.js';

type Standing = Pick<LockedForClaim, 'partner' | 'leased' | 'limit'>;
type AskedPartner = { billerId: string; mayChange: boolean };

/** What the transaction needs besides the database. */
export interface SharedTransactionParts {
  /** What statements are made with; none is sent by it. */
  db: Kysely<Tables>;
  queue: Pick<DeliveryQueue, 'enqueueBy'>;
  /** How many deliveries of a biller may be under way at once. */
  limitOf(billerId: string): Promise<number>;
}

export class SharedTransaction {
  /** By what is done in turns: when the latest work that does it has ended. */
  private readonly turns = new Map<string, Promise<unknown>>();
  /** By biller: how many of the works here wish to claim one of its deliveries. */
  private readonly claiming = new Map<string, number>();

  private readonly locks: Batches<string, Locked | undefined>;
  private readonly wholeLocks: Batches<string, Locked<Delivery> | undefined>;
  private readonly standings: Batches<string, Standing>;
  private readonly partners: Batches<AskedPartner, PartnerState | undefined>;
  /** States of the partners that this transaction has locked, with what it has written. */
  private readonly held = new Map<string, PartnerState>();

  /** What is to be written: sent together, before anything is read again and at the end. */
  private saves: Save[] = [];
  private records: Attempt[] = [];
  private partnerSaves: PartnerSave[] = [];
  private jobs: DeliveryJob[] = [];
  /** A job is sent when the queue has looked at it, not at once. */
  private readonly jobsSent: Promise<void>[] = [];

  constructor(
    private readonly transaction: Pick<PipelinedTransaction, 'send' | 'sendBy'>,
    private readonly parts: SharedTransactionParts,
  ) {
    const together = <Item, Result>(run: (items: readonly Item[]) => Promise<readonly Result[]>) =>
      new Batches<Item, Result>(async (items) =>
        (await this.read(() => run(items))).map((value): Part<Result> => ({ value })),
      );
    const { db } = parts;
    this.locks = together((ids) => this.lockAll(ids, db.selectFrom('deliveries').select(PROGRESS)));
    this.wholeLocks = together((ids) => this.lockAll(ids, db.selectFrom('deliveries').selectAll()));
    this.standings = together((billerIds) => this.standingsOf(billerIds));
    this.partners = together((asked) => this.partnersOf(asked));
  }

  /** @throws what the first statement or work that failed has thrown, when all works have ended; nothing is committed then */
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
    this.write();
    await Promise.all(this.jobsSent);
    return ended.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
  }

  private seenBy(untilEnd: Promise<void>): DeliveryTransaction {
    /** @returns whether another had the turn before */
    const turn = async (of: string): Promise<boolean> => {
      const before = this.turns.get(of);
      this.turns.set(of, untilEnd);
      await before;
      return before !== undefined;
    };
    const lockForConclusion = async (id: string, billerId: string, mayChange: boolean) => {
      await turn(`delivery ${id}`);
      // In this order they are sent, too.
      const [locked, partner] = await Promise.all([this.locks.add(id), this.partners.add({ billerId, mayChange })]);
      return locked && { ...locked, partner };
    };
    const lockPartner = async (billerId: string): Promise<PartnerState> => {
      await turn(`partner ${billerId}`);
      return this.held.get(billerId) ?? this.read(() => this.lockPartner(billerId));
    };
    return {
      lockForConclusion,
      lockPartner,
      lockForClaim: async (id) => {
        await turn(`delivery ${id}`);
        const locked = await this.wholeLocks.add(id);
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
          this.ask(
            this.parts.db
              .selectFrom('delivery_attempts')
              .select(['code', 'message'])
              .where('delivery_id', '=', deliveryId)
              .orderBy('id', 'desc')
              .limit(10),
          ),
        ),
      save: async (id, patch) => void this.saves.push({ id, patch }),
      savePartner: async (billerId, patch) => {
        this.partnerSaves.push({ billerId, patch });
        const held = this.held.get(billerId);
        if (held) this.held.set(billerId, { ...held, ...(patch as Partial<PartnerState>) });
      },
      record: async (attempt) => void this.records.push(attempt),
      enqueue: async ({ id, biller_id: billerId }, startAfter) => {
        const limit = await this.parts.limitOf(billerId);
        this.jobs.push({ deliveryId: id, billerId, limit, ...(startAfter ? { startAfter } : {}) });
      },
      endedLeases: () => this.read(() => this.endedLeases()),
      forgotten: () => this.read(() => this.forgotten()),
    };
  }

  /** Sees what is to be written by then. */
  private read<T>(work: () => Promise<T>): Promise<T> {
    this.write();
    return work();
  }

  private async ask<Row>(statement: Statement<Row>): Promise<Row[]> {
    return (await this.sent(statement)).rows;
  }

  private sent(statement: Statement): ReturnType<Send> {
    const { sql, parameters } = statement.compile(this.parts.db);
    return this.transaction.send(sql, [...parameters]);
  }

  private write(): void {
    const { saves, records, partnerSaves, jobs } = this;
    [this.saves, this.records, this.partnerSaves, this.jobs] = [[], [], [], []];
    for (const statement of saveDeliveries(saves)) void this.sent(statement);
    if (records.length) void this.sent(recordAttempts(records));
    for (const save of partnerSaves) void this.sent(savePartner(this.parts.db, save));
    if (jobs.length === 0) return;
    const sent = this.transaction.sendBy((send) => this.parts.queue.enqueueBy(send, jobs));
    sent.catch(() => undefined); // it is looked at in the end
    this.jobsSent.push(sent);
  }

  private async lockAll<Of extends { id: string }>(
    ids: readonly string[],
    select: SelectQueryBuilder<Tables, 'deliveries', Of>,
  ): Promise<(Locked<Of> | undefined)[]> {
    const rows = await this.ask(lockDeliveries(select, ids));
    const byId = new Map(rows.map((row) => [row.id, { delivery: row, now: row.now }]));
    return ids.map((id) => byId.get(id));
  }

  private async partnersOf(asked: readonly AskedPartner[]): Promise<(PartnerState | undefined)[]> {
    const changing = asked.filter(({ mayChange }) => mayChange).map(({ billerId }) => billerId);
    await this.lockedPartners(
      asked.map(({ billerId }) => billerId),
      sql`blocked_since is not null or failures > 0 or biller_id = any(${changing}::text[])`,
    );
    return asked.map(({ billerId }) => this.held.get(billerId));
  }

  /** Some may not be there yet. */
  private async lockedPartners(
    billerIds: readonly string[],
    which?: RawBuilder<boolean>,
  ): Promise<Map<string, PartnerState>> {
    for (const row of await this.ask(lockPartners(this.parts.db, billerIds, which))) this.held.set(row.biller_id, row);
    return this.held;
  }

  private async makePartners(billerIds: readonly string[]): Promise<void> {
    await this.ask(makePartners(this.parts.db, billerIds));
  }

  private async lockPartner(billerId: string): Promise<PartnerState> {
    const found = (await this.lockedPartners([billerId])).get(billerId);
    if (found) return found;
    await this.makePartners([billerId]);
    return (await this.lockedPartners([billerId])).get(billerId) as PartnerState;
  }

  private async standingsOf(billerIds: readonly string[]): Promise<Standing[]> {
    const [partners, leased, limits] = await Promise.all([
      this.lockedPartners(billerIds),
      this.leasedOf(billerIds), // counted when the partners are locked
      this.limitsOf(billerIds),
    ]);
    const lacking = billerIds.filter((billerId) => !partners.has(billerId));
    if (lacking.length) {
      await this.makePartners(lacking);
      return this.standingsOf(billerIds);
    }
    return billerIds.map((billerId) => ({
      partner: partners.get(billerId) as PartnerState,
      leased: leased.get(billerId) ?? 0,
      limit: limits.get(billerId) ?? 0,
    }));
  }

  private async leasedOf(billerIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.ask(countLeased(billerIds));
    return new Map(rows.map(({ biller_id, n }) => [biller_id, n]));
  }

  private async limitsOf(billerIds: readonly string[]): Promise<Map<string, number>> {
    const all = [...new Set(billerIds)].map(
      async (billerId) => [billerId, await this.parts.limitOf(billerId)] as const,
    );
    return new Map(await Promise.all(all));
  }

  private async endedLeases(): Promise<Locked[]> {
    const rows = await this.ask(lockEndedLeases(this.parts.db));
    return rows.map((row) => ({ delivery: row, now: row.now }));
  }

  private async forgotten(): Promise<Locked[]> {
    // By sets and by index: however wrong the statistics are, what waits is read once, and what is over never.
    void this.transaction.send('set local enable_seqscan = off');
    const found = await this.ask(WITHOUT_JOBS);
    if (found.length === 0) return [];
    const rows = await this.ask(lockLongDue(this.parts.db, found));
    return rows.map((row) => ({ delivery: row, now: row.now }));
  }
}
