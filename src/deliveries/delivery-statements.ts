/** The engine's SQL: each statement of many deliveries, or of many partners. */
import { type CompiledQuery, type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Tables } from '../store/tables.js';
import { DELIVERIES_WITH_JOBS } from './delivery-queue.js';
import { type Attempt, type DeliveryPatch, type PartnerPatch, type PartnerState, PROGRESS } from './delivery-store.js';

const SWEEP_AT_MOST = 500;
const FORGOTTEN_AT_MOST = 10_000;
/** What is due is begun at once, or its job is at least there. */
const DUE_FOR = '1 minute';
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

/** Made with kysely, or in SQL. */
export interface Statement<Row = unknown> {
  compile(db: Kysely<Tables>): CompiledQuery<Row>;
}

type Db = Kysely<Tables>;

export interface Save {
  id: string;
  patch: DeliveryPatch;
}

export interface PartnerSave {
  billerId: string;
  patch: PartnerPatch;
}

export const lockDeliveries = <Of>(select: SelectQueryBuilder<Tables, 'deliveries', Of>, ids: readonly string[]) =>
  select
    .select(NOW.as('now'))
    .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
    .orderBy('id') // so that two transactions wait for one another one way only
    .forUpdate();

export const lockPartners = (
  db: Db,
  billerIds: readonly string[],
  which: RawBuilder<boolean> = sql`true`,
): Statement<PartnerState> =>
  db
    .selectFrom('partner_states')
    .selectAll()
    .where('biller_id', '=', sql<string>`any(${[...new Set(billerIds)]}::text[])`)
    .where(sql<boolean>`(${which})`)
    .orderBy('biller_id') // as all lock them that lock more than one
    .forUpdate();

export const makePartners = (db: Db, billerIds: readonly string[]) =>
  db
    .insertInto('partner_states')
    .values([...new Set(billerIds)].sort().map((billerId) => ({ biller_id: billerId })))
    .onConflict((conflict) => conflict.doNothing());

export const savePartner = (db: Db, { billerId, patch }: PartnerSave) =>
  db.updateTable('partner_states').set(patch).where('biller_id', '=', billerId);

/** Of billers that have any. */
export const countLeased = (billerIds: readonly string[]) => sql<{ biller_id: string; n: number }>`
  select biller_id, n from leased_of(${[...new Set(billerIds)]}::text[])`;

/** Those that set the same columns, mostly all, in one statement. */
export function saveDeliveries(saves: readonly Save[]): Statement[] {
  const alike = Map.groupBy(saves, ({ patch }) => Object.keys(patch).sort().join());
  return [...alike.values()].map((group) => {
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
    return sql`
      update deliveries d set ${sql.join([...sets, sql`updated_at = clock_timestamp()`])}
      from rows from (${sql.join([ids, ...values])}) as p (${sql.join(['id', ...columns].map((name) => sql.id(name)))})
      where d.id = p.id`;
  });
}

export function recordAttempts(attempts: readonly Attempt[]): Statement {
  const columns = Object.entries(ATTEMPT_TYPES).map(([name, type]) =>
    asColumn(
      type,
      attempts.map((attempt) => attempt[name as keyof Attempt] ?? null),
    ),
  );
  return sql`
    insert into delivery_attempts (${sql.join(Object.keys(ATTEMPT_TYPES).map((name) => sql.id(name)))})
    select * from rows from (${sql.join(columns)}) as g`;
}

export const lockEndedLeases = (db: Db) =>
  db
    .selectFrom('deliveries')
    .select([...PROGRESS, NOW.as('now')])
    .where('id', 'in', (eb) => eb.selectFrom('leased_deliveries').select('delivery_id'))
    .where('lease_until', '<', NOW)
    .limit(SWEEP_AT_MOST)
    .forUpdate()
    .skipLocked();

/** Waiting, and perhaps not due. */
export const WITHOUT_JOBS = sql<{ id: string }>`
  select delivery_id as id from undelivered where state = 'queued'
  except (${DELIVERIES_WITH_JOBS}) limit ${sql.lit(FORGOTTEN_AT_MOST)}`;

/** Of those found, what has been due for a while. */
export const lockLongDue = (db: Db, found: readonly { id: string }[]) =>
  db
    .selectFrom('deliveries')
    .select([...PROGRESS, NOW.as('now')])
    .where('id', '=', sql<string>`any(${found.map(({ id }) => id)}::uuid[])`)
    .where('state', '=', 'queued')
    .where('lease_until', 'is', null)
    .where(sql<boolean>`coalesce(next_attempt_at, updated_at) < clock_timestamp() - ${sql.lit(DUE_FOR)}::interval`)
    .limit(SWEEP_AT_MOST)
    .forUpdate()
    .skipLocked();
