/** A store in memory that keeps PostgreSQL's promises: a transaction is seen whole or not at all, and may lose its reply. */

import { LEASE_MS } from '../../src/deliveries/delivery-rules.js';
import type {
  Attempt,
  Delivery,
  DeliveryPatch,
  DeliveryStore,
  DeliveryTransaction,
  PartnerPatch,
  PartnerState,
} from '../../src/deliveries/delivery-store.js';
import type { SimulatedTime } from './simulated-time.js';

/** How a host is seen by what it waits for: nothing reaches it once it has crashed. */
export interface Caller {
  alive(): boolean;
  /** While it sleeps, events for it wait. */
  awakeAt(): number;
}

export class SimulatedStore {
  readonly rows = new Map<string, Delivery>();
  readonly attempts = new Map<string, Attempt[]>();
  private readonly partners = new Map<string, PartnerState>();
  /** What its clock is ahead of the true time. */
  clockOffset = 0;
  /** For the next of them, the reply is lost after the commit. */
  loseReply: () => boolean = () => false;
  /** A row was written. */
  changed: (row: Delivery) => void = () => undefined;

  constructor(
    private readonly time: SimulatedTime,
    private readonly chance: () => number,
    private readonly queue: { push(deliveryId: string, at: number): void },
    /** Breaks the promise: what a transaction enqueues is sent after it, by the host, if that still lives. */
    private readonly split: boolean,
    /** Deliveries of a biller that may be under way at once. */
    private readonly limit: number,
  ) {}

  get clock(): Date {
    return new Date(this.time.now + this.clockOffset);
  }

  leased(billerId: string): number {
    let count = 0;
    for (const row of this.rows.values()) if (row.biller_id === billerId && row.lease_until) count++;
    return count;
  }

  partnerOf(billerId: string): PartnerState {
    const clean = {
      failures: 0,
      blocks: 0,
      blocked_since: null,
      blocked_until: null,
      cause: null,
      code: null,
      detail: null,
    };
    return this.partners.get(billerId) ?? { biller_id: billerId, ...clean };
  }

  /** @returns makes everything again what it is now */
  backup(): () => void {
    const [rows, attempts, partners] = [new Map(this.rows), new Map(this.attempts), new Map(this.partners)];
    return () => {
      for (const [here, before] of [
        [this.rows, rows],
        [this.attempts, attempts],
        [this.partners, partners],
      ] as [Map<string, unknown>, Map<string, unknown>][]) {
        here.clear();
        for (const [key, value] of before) here.set(key, value);
      }
    };
  }

  insert(row: Delivery): void {
    this.rows.set(row.id, row);
    this.changed(row);
  }

  /** The store as one host reaches it. */
  seenBy(caller: Caller): DeliveryStore {
    return {
      transact: (_step, work) => this.reach(caller, () => this.run(caller, work)),
      transactAlone: (work) => this.reach(caller, () => this.run(caller, work)),
      paymentOf: (returned) =>
        this.reach(caller, async () =>
          [...this.rows.values()].find(({ kind, key }) => kind === 'payment' && key === returned.key),
        ),
      renew: (tokens) =>
        this.reach(caller, async () => {
          const until = new Date(this.clock.getTime() + LEASE_MS);
          const standing = [...this.rows.values()].filter(
            (row) => row.lease_until && row.lease_token && tokens.includes(row.lease_token),
          );
          for (const row of standing) this.rows.set(row.id, { ...row, lease_until: until });
          return standing.map(({ lease_token }) => lease_token as string);
        }),
    };
  }

  /** Runs something when the caller's message arrives, and brings the answer back, unless it is lost. */
  private reach<T>(caller: Caller, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const back = (answer: () => void): void => {
        if (!caller.alive()) return;
        const wake = caller.awakeAt() - this.time.now;
        if (wake > 0) this.time.after(wake, () => back(answer));
        else answer();
      };
      this.time.after(1 + this.chance() * 4, () => {
        // The message of a host that crashed meanwhile may have been sent before: its transaction is rolled back.
        if (!caller.alive()) return;
        work().then(
          (value) => {
            const lost = this.loseReply();
            this.time.after(this.chance() * 2, () =>
              back(() => (lost ? reject(new Error('the connection was lost')) : resolve(value))),
            );
          },
          (error) => this.time.after(1, () => back(() => reject(error))),
        );
      });
    });
  }

  private async run<T>(caller: Caller, work: (transaction: DeliveryTransaction) => Promise<T>): Promise<T> {
    const rows = new Map<string, Delivery>();
    const partners = new Map<string, PartnerState>();
    const recorded: Attempt[] = [];
    const jobs: { id: string; at: number }[] = [];
    const now = this.clock;
    const row = (id: string) => rows.get(id) ?? this.rows.get(id);
    const locked = (id: string) => {
      const delivery = row(id);
      return delivery ? { delivery: { ...delivery }, now } : undefined;
    };
    const partner = async (billerId: string) => ({ ...(partners.get(billerId) ?? this.partnerOf(billerId)) });
    const lockedPartners = new Set<string>();
    const value = await work({
      lockForClaim: async (id) => {
        const held = locked(id);
        if (!held) return undefined;
        const billerId = held.delivery.biller_id;
        return { ...held, partner: await partner(billerId), leased: this.leased(billerId), limit: this.limit };
      },
      lockForConclusion: async (id, billerId, mayChange) => {
        const held = locked(id);
        const state = await partner(billerId);
        if (!held || !(mayChange || state.blocked_since || state.failures))
          return held && { ...held, partner: undefined };
        lockedPartners.add(billerId);
        return { ...held, partner: state };
      },
      lockPartner: async (billerId) => {
        // One by one, two transactions would lock them in two orders.
        if (!lockedPartners.has(billerId)) throw new Error('a partner is changed that was not said to');
        return partner(billerId);
      },
      latestAttempts: async (id) =>
        (this.attempts.get(id) ?? []).slice(-10).reverse() as { code: string | null; message: string | null }[],
      save: async (id: string, patch: DeliveryPatch) =>
        void rows.set(id, { ...(row(id) as Delivery), ...(patch as Partial<Delivery>) }),
      savePartner: async (billerId: string, patch: PartnerPatch) =>
        void partners.set(billerId, { ...(await partner(billerId)), ...(patch as Partial<PartnerState>) }),
      record: async (attempt) => void recorded.push(attempt),
      enqueue: async ({ id }, startAfter) =>
        void jobs.push({ id, at: startAfter ? startAfter.getTime() - this.clockOffset : this.time.now }),
      endedLeases: async () =>
        [...this.rows.values()]
          .filter((held) => held.lease_until && held.lease_until < now)
          .map((held) => ({ delivery: { ...held }, now })),
      // All that is due for long: a job more than is needed does no harm.
      forgotten: async () =>
        [...this.rows.values()]
          .filter(({ state, lease_until }) => state === 'queued' && !lease_until)
          .filter((held) => +now - +(held.next_attempt_at ?? held.updated_at) > 60_000)
          .map((held) => ({ delivery: { ...held }, now })),
    });
    for (const [id, written] of rows) this.rows.set(id, written);
    for (const [id, written] of partners) this.partners.set(id, written);
    for (const attempt of recorded)
      this.attempts.set(attempt.delivery_id, [...(this.attempts.get(attempt.delivery_id) ?? []), attempt]);
    for (const { id, at } of jobs)
      if (this.split) this.time.after(20, () => caller.alive() && this.queue.push(id, at));
      else this.queue.push(id, at);
    for (const written of rows.values()) this.changed(written);
    return value;
  }
}
