/** How all billers stand at a glance, and what needs a person: what the console's first page shows. */
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { ADAPTERS, type AdapterRegistry } from '../adapters/adapter-registry.js';
import { faultText } from '../adapters/check-manifest.js';
import { DATABASE, type Database } from '../store/database.js';
import { DeliveryHours } from './delivery-hours.js';
import { SharedAnswer } from './shared-answer.js';

/** From what must be mended first to what is well. */
export const HEALTHS = ['paused', 'failing', 'attention', 'ok'] as const;
export type Health = (typeof HEALTHS)[number];

/** One thing that a person must see to. */
export interface Need {
  kind:
    | 'biller-misconfigured'
    | 'deliveries-parked'
    | 'biller-failing'
    | 'file-refused'
    | 'inbox-unreadable'
    | 'adapter-quarantined'
    | 'biller-paused';
  billerId: string | null;
  /** How many deliveries or files; null where it isn't counted. */
  count: number | null;
  code: string | null;
  detail: string | null;
  since: string | null;
}

interface BillerRow {
  billerId: string;
  name: string;
  adapter: string;
  cause: 'failing' | 'misconfigured' | 'by-hand' | null;
  blockedCode: string | null;
  blockedDetail: string | null;
  blockedSince: Date | null;
  queued: number;
  oldestQueued: Date | null;
  parked: number;
  fileId: string | null;
  fileName: string | null;
  fileState: 'running' | 'applied' | 'refused' | null;
  fileProblem: { code: string; detail: string } | null;
  fileAt: Date | null;
  inboxProblem: string | null;
  inboxAt: Date | null;
}

/** Of these billers; null: of all. */
const billerRows = (billers: readonly string[] | null) => sql<BillerRow>`
  with waiting as (
    select biller_id, count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'parked') as parked,
      min(created_at) filter (where state = 'queued') as oldest
    from undelivered where state in ('queued', 'parked') and (${billers}::text[] is null or biller_id = any(${billers}))
    group by biller_id
  )
  select b.biller_id as "billerId", b.name, b.adapter, p.cause, p.code as "blockedCode", p.detail as "blockedDetail",
    p.blocked_since as "blockedSince", coalesce(w.queued, 0) as queued, w.oldest as "oldestQueued",
    coalesce(w.parked, 0) as parked, f.import_id as "fileId", f.file_name as "fileName", f.state as "fileState",
    f.problem as "fileProblem", f.created_at as "fileAt", i.problem as "inboxProblem", i.looked_at as "inboxAt"
  from billers b
  left join partner_states p on p.biller_id = b.biller_id and p.blocked_since is not null
  left join waiting w on w.biller_id = b.biller_id
  left join inbox_states i on i.biller_id = b.biller_id
  left join lateral (
    select * from invoice_files where biller_id = b.biller_id order by created_at desc limit 1
  ) f on true
  where ${billers}::text[] is null or b.biller_id = any(${billers})
  order by b.biller_id
`;

const healthOf = (row: BillerRow): Health => {
  if (row.cause === 'misconfigured' || row.cause === 'by-hand') return 'paused';
  if (row.cause === 'failing') return 'failing';
  return row.parked > 0 || row.fileState === 'refused' || row.inboxProblem ? 'attention' : 'ok';
};

const CAUSE_NEEDS = {
  misconfigured: 'biller-misconfigured',
  failing: 'biller-failing',
  'by-hand': 'biller-paused',
} as const;

/** The most urgent first: what stops a whole biller, then what waits, then what was said and done. */
const URGENCY: Need['kind'][] = [
  'biller-misconfigured',
  'deliveries-parked',
  'biller-failing',
  'file-refused',
  'inbox-unreadable',
  'adapter-quarantined',
  'biller-paused',
];

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
    const [{ rows }, parked, hours, totals] = await Promise.all([
      billerRows(billers).execute(this.database.db),
      this.parked(billers),
      this.hours.latest(billers),
      this.hours.totals(),
    ]);
    // An adapter that isn't loaded is the business of whoever may change it.
    const quarantined = billers === null ? this.adapters.quarantined : [];
    const needs: Need[] = [
      ...rows.flatMap(needsOf),
      ...parked,
      ...quarantined.map(({ id, source, faults }) => ({
        ...{ kind: 'adapter-quarantined' as const, billerId: null, count: null, code: id ?? source, since: null },
        detail: faults.map(faultText).join('; '),
      })),
    ];
    needs.sort(
      (a, b) => URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind) || (a.since ?? '').localeCompare(b.since ?? ''),
    );
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

  /** Parked deliveries, those of the same biller and code together. */
  private async parked(billers: readonly string[] | null): Promise<Need[]> {
    const { rows } = await sql<{
      billerId: string;
      code: string | null;
      detail: string | null;
      n: number;
      since: Date;
    }>`
      select d.biller_id as "billerId", result->>'code' as code, max(coalesce(result->>'reason', result->>'detail')) as detail,
        count(*) as n, min(updated_at) as since
      from undelivered u join deliveries d on d.id = u.delivery_id
      where u.state = 'parked' and (${billers}::text[] is null or u.biller_id = any(${billers}))
      group by d.biller_id, result->>'code' order by n desc limit 100
    `.execute(this.database.db);
    return rows.map(({ n, since, ...row }) => ({
      ...{ kind: 'deliveries-parked', ...row, count: n, since: since.toISOString() },
    }));
  }
}

function needsOf(row: BillerRow): Need[] {
  const needs: Need[] = [];
  const need = (kind: Need['kind'], code: string | null, detail: string | null, since: Date | null) =>
    needs.push({ kind, billerId: row.billerId, count: null, code, detail, since: since?.toISOString() ?? null });
  if (row.cause) need(CAUSE_NEEDS[row.cause], row.blockedCode, row.blockedDetail, row.blockedSince);
  if (row.fileState === 'refused')
    need('file-refused', row.fileProblem?.code ?? null, `${row.fileName}: ${row.fileProblem?.detail}`, row.fileAt);
  if (row.inboxProblem) need('inbox-unreadable', null, row.inboxProblem, row.inboxAt);
  return needs;
}
