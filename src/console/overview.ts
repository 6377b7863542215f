/** How all billers stand at a glance, and what needs a person: what the console's first page shows. */
import { inject, injectable } from 'inversify';
import { ADAPTERS, type AdapterRegistry } from '../adapters/adapter-registry.js';
import { DATABASE, type Database } from '../store/database.js';
import { DeliveryHours } from './delivery-hours.js';
import { type BillerRow, billerRows, byUrgency, hostNeeds, needsOf, parkedNeeds } from './needs.js';
import { SharedAnswer } from './shared-answer.js';

/** From what must be mended first to what is well. */
export const HEALTHS = ['paused', 'failing', 'attention', 'ok'] as const;
export type Health = (typeof HEALTHS)[number];

const healthOf = (row: BillerRow): Health => {
  if (row.cause === 'misconfigured' || row.cause === 'by-hand') return 'paused';
  if (row.cause === 'failing') return 'failing';
  return row.parked > 0 || needsOf(row).length ? 'attention' : 'ok';
};

@injectable()
export class Overview {
  /** Each page that is open asks again whenever something happens, which is always. */
  private readonly ofAll = new SharedAnswer(() => this.ask(null));

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(ADAPTERS) private readonly adapters: AdapterRegistry,
    @inject(DeliveryHours) private readonly hours: DeliveryHours,
  ) {}

  /** @param billers of these alone; null: of all */
  read(billers: readonly string[] | null) {
    return billers === null ? this.ofAll.get() : this.ask(billers);
  }

  private async ask(billers: readonly string[] | null) {
    const [{ rows }, parked, hours, totals, ofHost] = await Promise.all([
      billerRows(billers).execute(this.database.db),
      parkedNeeds(this.database.db, billers),
      this.hours.latest(billers),
      this.hours.totals(),
      // What is the host's own is the business of whoever may change it.
      billers === null ? hostNeeds(this.database.db, this.adapters.quarantined) : [],
    ]);
    const needs = [...rows.flatMap(needsOf), ...parked, ...ofHost].sort(byUrgency);
    return {
      at: this.database.clock.now().toISOString(),
      needs,
      hours,
      billers: rows.map((row) => this.view(row, totals.get(row.billerId))),
    };
  }

  /** One biller's line of the overview, with its hours. */
  async biller(billerId: string) {
    const [{ rows }, hours, totals] = await Promise.all([
      billerRows([billerId]).execute(this.database.db),
      this.hours.latest([billerId]),
      this.hours.totals(),
    ]);
    return { ...this.view(rows[0] as BillerRow, totals.get(billerId)), needs: rows.flatMap(needsOf), hours };
  }

  private view(row: BillerRow, day = { delivered: 0, rejected: 0, failed: 0 }) {
    const { fileId, fileName, fileState, fileAt } = row;
    return {
      ...{ billerId: row.billerId, name: row.name, adapter: row.adapter, health: healthOf(row), day },
      ...{ queued: row.queued, parked: row.parked, oldestQueuedAt: row.oldestQueued?.toISOString() ?? null },
      latestFile: fileId
        ? { importId: fileId, filename: fileName, state: fileState, at: fileAt?.toISOString() ?? null }
        : null,
    };
  }
}
