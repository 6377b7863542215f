/** What needs a person, of each biller: what stops it, waits for a word, was refused or didn't come. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { endingText, endingTokens } from '../access/ending-tokens.js';
import type { AdapterRegistry } from '../adapters/adapter-registry.js';
import { faultText } from '../adapters/check-manifest.js';
import { OVERTAKEN } from '../invoice-files/file-order.js';
import { FILE_DUE_AT, overdueText } from '../invoice-files/latest-files.js';
import type { Tables } from '../store/tables.js';

/** The most urgent first: what stops a whole biller, then what waits, then what was said and done. */
export const NEED_KINDS = [
  'biller-misconfigured',
  'deliveries-parked',
  'deliveries-lost',
  'biller-failing',
  'token-ends',
  'file-refused',
  'file-overdue',
  'inbox-unreadable',
  'adapter-quarantined',
  'biller-paused',
] as const;

/** One thing that a person must see to. */
export interface Need {
  kind: (typeof NEED_KINDS)[number];
  billerId: string | null;
  /** How many deliveries or files; null where it isn't counted. */
  count: number | null;
  code: string | null;
  detail: string | null;
  since: string | null;
}

export interface BillerRow {
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
  /** The latest that a later one was applied before. */
  overtakenName: string | null;
  overtakenAt: Date | null;
  /** Of the latest reconciliation. */
  lost: number;
  lostAt: Date | null;
  /** When it should have come, where that time is over. */
  fileOverdueSince: Date | null;
  fileAppliedAt: Date | null;
  inboxProblem: string | null;
  inboxAt: Date | null;
}

/** Whether one that was overtaken is still wanted only a person knows; it is told for so long. */
const OVERTAKEN_FOR = sql.lit('7 days');

/**
 * Of these billers; null: of all.
 * @param which of them, by what the row has
 * @param counted of what is not delivered: a million may be queued
 */
export const billerRows = (
  billers: readonly string[] | null,
  which: RawBuilder<unknown> = sql`true`,
  counted: readonly ('queued' | 'parked')[] = ['queued', 'parked'],
) => sql<BillerRow>`
  with waiting as (
    select biller_id, count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'parked') as parked,
      min(created_at) filter (where state = 'queued') as oldest
    from undelivered where state = any(${counted}) and (${billers}::text[] is null or biller_id = any(${billers}))
    group by biller_id
  )
  select b.biller_id as "billerId", b.name, b.adapter, p.cause, p.code as "blockedCode", p.detail as "blockedDetail",
    p.blocked_since as "blockedSince", coalesce(w.queued, 0) as queued, w.oldest as "oldestQueued",
    coalesce(w.parked, 0) as parked, f.import_id as "fileId", f.file_name as "fileName", f.state as "fileState",
    f.problem as "fileProblem", f.created_at as "fileAt", due.at as "fileOverdueSince", l.applied_at as "fileAppliedAt",
    o.file_name as "overtakenName", o.finished_at as "overtakenAt", coalesce(r.lost, 0) as lost, r.finished_at as "lostAt",
    i.problem as "inboxProblem", i.looked_at as "inboxAt"
  from billers b
  left join partner_states p on p.biller_id = b.biller_id and p.blocked_since is not null
  left join waiting w on w.biller_id = b.biller_id
  left join inbox_states i on i.biller_id = b.biller_id and b.options ? 'inbox'
  left join lateral (
    select * from invoice_files where biller_id = b.biller_id order by created_at desc limit 1
  ) f on true
  left join lateral (
    select file_name, finished_at from invoice_files where biller_id = b.biller_id and state = 'refused'
      and problem->>'code' = ${sql.lit(OVERTAKEN)} and finished_at > now() - ${OVERTAKEN_FOR}::interval
    order by finished_at desc limit 1
  ) o on true
  left join lateral (
    select lost, finished_at from reconciliations where biller_id = b.biller_id and state = 'done'
    order by started_at desc limit 1
  ) r on true
  left join latest_files l on l.biller_id = b.biller_id
  left join lateral (select ${FILE_DUE_AT} as at) due on due.at < clock_timestamp()
  where (${billers}::text[] is null or b.biller_id = any(${billers})) and (${which})
  order by b.biller_id
`;

/** What `needsOf` finds something in, and what is parked: of thousands of billers few have a need. */
const IN_NEED = sql`p.cause is not null or w.parked > 0 or f.state = 'refused' or due.at is not null or i.problem is not null
  or o.file_name is not null or r.lost > 0`;

/** How many billers have a need of each kind; of those that are no biller's, how many there are. */
export async function countNeeds(
  db: Kysely<Tables>,
  quarantined: AdapterRegistry['quarantined'],
): Promise<Map<Need['kind'], number>> {
  const [{ rows }, ofHost] = await Promise.all([
    billerRows(null, IN_NEED, ['parked']).execute(db),
    hostNeeds(db, quarantined),
  ]);
  const kinds = [
    ...[...rows.flatMap(needsOf), ...ofHost].map(({ kind }) => kind),
    ...rows.filter(({ parked }) => parked).map(() => 'deliveries-parked' as const),
  ];
  return new Map(NEED_KINDS.map((kind) => [kind, kinds.filter((one) => one === kind).length]));
}

const CAUSE_NEEDS = {
  misconfigured: 'biller-misconfigured',
  failing: 'biller-failing',
  'by-hand': 'biller-paused',
} as const;

export const byUrgency = (a: Need, b: Need): number =>
  NEED_KINDS.indexOf(a.kind) - NEED_KINDS.indexOf(b.kind) || (a.since ?? '').localeCompare(b.since ?? '');

/** Parked deliveries, those of the same biller and code together. */
export async function parkedNeeds(db: Kysely<Tables>, billers: readonly string[] | null): Promise<Need[]> {
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
    group by d.biller_id, result->>'code' order by n desc limit 100`.execute(db);
  return rows.map(({ n, since, ...row }) => ({
    ...{ kind: 'deliveries-parked', ...row, count: n, since: since.toISOString() },
  }));
}

/** What is no biller's: an adapter that isn't loaded here, a token that ends. */
export async function hostNeeds(db: Kysely<Tables>, quarantined: AdapterRegistry['quarantined']): Promise<Need[]> {
  const ofHost = { billerId: null, count: null, since: null };
  return [
    ...quarantined.map(({ id, source, faults }) => ({
      ...{ kind: 'adapter-quarantined' as const, ...ofHost, code: id ?? source },
      detail: faults.map(faultText).join('; '),
    })),
    ...(await endingTokens(db)).map((token) => ({
      ...{ kind: 'token-ends' as const, ...ofHost, code: token.name, detail: endingText(token) },
    })),
  ];
}

const overtakenText = 'a later file was applied before it; hand it over again if it is to be applied all the same';
const lostText = (count: number): string => `of ${count} that were delivered or wished, the partner shows nothing`;

export function needsOf(row: BillerRow): Need[] {
  const needs: Need[] = [];
  const need = (kind: Need['kind'], code: string | null, detail: string | null, since: Date | null) =>
    needs.push({ kind, billerId: row.billerId, count: null, code, detail, since: since?.toISOString() ?? null });
  if (row.cause) need(CAUSE_NEEDS[row.cause], row.blockedCode, row.blockedDetail, row.blockedSince);
  if (row.lost) need('deliveries-lost', null, lostText(row.lost), row.lostAt);
  if (row.fileState === 'refused')
    need('file-refused', row.fileProblem?.code ?? null, `${row.fileName}: ${row.fileProblem?.detail}`, row.fileAt);
  if (row.overtakenName && row.fileProblem?.code !== OVERTAKEN)
    need('file-refused', OVERTAKEN, `${row.overtakenName}: ${overtakenText}`, row.overtakenAt);
  if (row.fileOverdueSince) need('file-overdue', null, overdueText(row.fileAppliedAt), row.fileOverdueSince);
  if (row.inboxProblem) need('inbox-unreadable', null, row.inboxProblem, row.inboxAt);
  return needs;
}
