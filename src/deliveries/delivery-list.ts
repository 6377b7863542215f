/** Deliveries as lists and counts, newest first. */
import { ENROLLMENT_KINDS } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { Problem } from '../problem.js';
import { DATABASE, type Database } from '../store/database.js';
import { DELIVERY_STATES, type DeliveryKind, type DeliveryState, type UndeliveredTable } from '../store/tables.js';
import type { Delivery } from './delivery-store.js';

/** Up to here deliveries are counted. */
export const COUNTED_AT_MOST = 10_000;
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

@injectable()
export class DeliveryList {
  constructor(@inject(DATABASE) private readonly database: Database) {}

  /**
   * Newest first.
   * @param after the cursor of the row to go on behind
   * @throws Problem 400 `bad-cursor`
   */
  async page(filter: DeliveryFilter, limit: number, after?: string): Promise<(Delivery & { cursor: string })[]> {
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
}
