/** The billers of this host: what is configured for each, its secrets sealed. */
import type { ManifestSetting } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { ADAPTERS, type AdapterRegistry } from '../adapters/adapter-registry.js';
import { HOST_OPTIONS, type HostOptions } from '../host-options.js';
import { Problem } from '../problem.js';
import { readShadow } from '../shadow/shadow-option.js';
import { audit } from '../store/audit.js';
import { Batches } from '../store/batches.js';
import { DATABASE, type Database } from '../store/database.js';
import type { BillersTable, Tables } from '../store/tables.js';
import { checkOptions } from './biller-options.js';
import { BillerSettings, type StoredSettings, sealedOf } from './biller-settings.js';
import { billerView, changesBetween } from './biller-view.js';
import { SECRET_BOX, type SecretBox } from './secret-box.js';

export interface BillerConfig {
  billerId: string;
  name: string;
  guid: string;
  adapter: string;
  openBilling: boolean;
  invoiceTypeId: number;
  invoiceFormatGuid: string | null;
  settings: StoredSettings;
  options: Record<string, unknown>;
  /** Changes with every change of the biller. */
  revision: string;
}

export interface BillerInput {
  name: string;
  guid: string;
  adapter: string;
  settings?: Record<string, unknown>;
  options?: Record<string, unknown>;
  openBilling?: boolean;
  invoiceTypeId?: number;
  invoiceFormatGuid?: string | null;
}

/** What belongs to the biller, whatever its adapter: the rest changes hands when a shadow takes over. */
const OWN_OPTIONS = new Set([
  ...['inbox', 'inboxSeconds', 'maxSetAsidePercent', 'maxDeliveryAgeHours'],
  ...['fileEveryHours', 'reconcileNightly', 'recordPercent', 'shadowOf'],
]);
/** How long it is remembered how a biller is. */
export const REMEMBERED_MS = 1_000;
/** How long it is remembered who is whose shadow. */
const SHADOWS_MS = 2_000;
const DEFAULT_INVOICE_TYPE = 164;
/** Another with each change, in the milliseconds that a revision tells, also of two at the same moment. */
export const CHANGED_AT = sql<Date>`greatest(now(), billers.updated_at + interval '1 ms')`;

/** What whoever changes a biller takes it to be: `none` yet, `some`, or one of these revisions. */
export type Expected = 'none' | 'some' | readonly string[];

const alreadyThere = (billerId: string): Problem =>
  new Problem(412, 'biller-exists', `there is a biller ${billerId} already`);

/** @throws Problem 412 `biller-exists` or `biller-changed` */
function refuseOther(billerId: string, expected: Expected | undefined, revision: string | undefined): void {
  if (expected === undefined) return;
  if (expected === 'none') {
    if (revision !== undefined) throw alreadyThere(billerId);
  } else if (revision === undefined || (expected !== 'some' && !expected.includes(revision)))
    throw new Problem(412, 'biller-changed', `biller ${billerId} is not as it was read any more: read it again`);
}

/** What its deliveries may have done by the adapter before is to be known first: nothing was changed. */
export class GoesToAnotherAdapter extends Error {
  constructor(readonly from: string) {
    super(`a biller on the adapter ${from} would go to another`);
  }
}

@injectable()
export class Billers {
  private readonly cached = new Map<string, { config: BillerConfig; until: number }>();
  /** Where there are thousands, each call is mostly of one that was not asked for within the last second. */
  private readonly reads: Batches<string, BillerRow | undefined>;
  /** How often something remembered was forgotten. */
  private forgotten = 0;
  private shadows = { of: Promise.resolve(new Map<string, string>()), until: 0 };

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(ADAPTERS) private readonly adapters: AdapterRegistry,
    @inject(SECRET_BOX) private readonly box: SecretBox,
    @inject(BillerSettings) private readonly settings: BillerSettings,
    @inject(HOST_OPTIONS) private readonly host: HostOptions,
  ) {
    this.reads = new Batches(async (billerIds) => {
      const rows = await readAll(this.database.db, billerIds);
      return billerIds.map((billerId) => ({ value: rows.get(billerId) }));
    });
  }

  /**
   * @param db the transaction it is asked in, if any: one that waited for a second connection could wait for ever
   * @throws Problem 404 `biller-not-found`
   */
  async get(billerId: string, db: Kysely<Tables> = this.database.db): Promise<BillerConfig> {
    // Another host may change a biller.
    const known = this.cached.get(billerId);
    if (known && known.until > performance.now()) return known.config;
    const asked = this.forgotten;
    const row =
      db === this.database.db ? await this.reads.add(billerId) : (await readAll(db, [billerId])).get(billerId);
    if (!row) throw new Problem(404, 'biller-not-found', `no biller ${billerId}`);
    const config = toConfig(row);
    await this.box.prepare(
      Object.values(config.settings).flatMap((value) => sealedOf(value) ?? []),
      db,
    );
    // What was read before it was changed here is not remembered behind the change.
    if (asked === this.forgotten) this.cached.set(billerId, { config, until: performance.now() + REMEMBERED_MS });
    return config;
  }

  /**
   * The biller that is this one's shadow, if any.
   * @param now asks anew
   */
  async shadowOf(billerId: string, now = false): Promise<string | undefined> {
    if (now || this.shadows.until < performance.now()) {
      const shadows = { of: this.readShadows(), until: performance.now() + SHADOWS_MS };
      this.shadows = shadows;
      shadows.of.catch(() => {
        shadows.until = 0;
      });
    }
    return (await this.shadows.of).get(billerId);
  }

  private async readShadows(): Promise<Map<string, string>> {
    const rows = await this.database.db
      .selectFrom('billers')
      .select(['biller_id', 'options'])
      .where(sql<boolean>`options ? 'shadowOf'`)
      .execute();
    return new Map(rows.map(({ biller_id, options }) => [readShadow(options.shadowOf).biller, biller_id]));
  }

  /** Two billers exchange their adapters, with settings and options; each keeps what is its own. */
  async exchange(trx: Transaction<Tables>, one: string, other: string): Promise<void> {
    const seal = await this.box.sealer(trx);
    const rows = await trx
      .selectFrom('billers')
      .selectAll()
      .where('biller_id', 'in', [one, other])
      .orderBy('biller_id')
      .forNoKeyUpdate()
      .execute();
    for (const row of rows) {
      const from = rows.find(({ biller_id }) => biller_id !== row.biller_id);
      if (!from) throw new Problem(404, 'biller-not-found', `no biller ${other}`);
      const held = { billerId: from.biller_id, settings: from.settings as StoredSettings };
      const settings = this.settings.handedOver(held, row.biller_id, seal);
      const own = Object.entries(row.options).filter(([key]) => OWN_OPTIONS.has(key));
      const taken = Object.entries(from.options).filter(([key]) => !OWN_OPTIONS.has(key));
      await trx
        .updateTable('billers')
        .set({
          ...{ adapter: from.adapter, settings: JSON.stringify(settings), updated_at: CHANGED_AT },
          options: JSON.stringify(Object.fromEntries([...own, ...taken])),
        })
        .where('biller_id', '=', row.biller_id)
        .execute();
    }
  }

  /** What is remembered of them here. */
  forget(...billerIds: string[]): void {
    for (const billerId of billerIds) this.cached.delete(billerId);
    this.forgotten++;
    this.shadows.until = 0;
  }

  async list(): Promise<BillerConfig[]> {
    return (await this.database.db.selectFrom('billers').selectAll().orderBy('biller_id').execute()).map(toConfig);
  }

  /** How many billers are on each adapter. */
  async countByAdapter(): Promise<Map<string, number>> {
    const rows = await this.database.db
      .selectFrom('billers')
      .select(({ fn }) => ['adapter', fn.countAll<number>().as('n')])
      .groupBy('adapter')
      .execute();
    return new Map(rows.map(({ adapter, n }) => [adapter, n]));
  }

  /**
   * Makes or changes a biller; the audit tells what was changed, and of secrets only that they were.
   * @param expected nothing is changed where it is otherwise
   * @param whole the transaction that it is a part of, which has made sure that another adapter may take over
   * @throws Problem 422 naming every setting that is wrong, 412 where it is not as expected; GoesToAnotherAdapter where
   * nobody has made sure of that
   */
  async put(
    billerId: string,
    input: BillerInput,
    actor: string,
    expected?: Expected,
    whole?: Transaction<Tables>,
  ): Promise<{ config: BillerConfig; created: boolean; warnings: string[] }> {
    const { manifest } = this.adapters.get(input.adapter);
    checkOptions(manifest, input.options ?? {}, this.host.dataDir);
    if (input.options?.shadowOf !== undefined)
      await this.checkShadow(billerId, readShadow(input.options.shadowOf).biller);
    const store = async (trx: Transaction<Tables>) => {
      const seal = await this.box.sealer(trx);
      const held = await trx
        .selectFrom('billers')
        .selectAll()
        .where('biller_id', '=', billerId)
        .forNoKeyUpdate()
        .executeTakeFirst();
      const before = held && toConfig(held);
      refuseOther(billerId, expected, before?.revision);
      if (before && before.adapter !== input.adapter && !whole) throw new GoesToAnotherAdapter(before.adapter);
      const settings = this.settings.toStore(billerId, manifest, input.settings ?? {}, before?.settings ?? {}, seal);
      const values = {
        name: input.name,
        guid: input.guid,
        adapter: input.adapter,
        settings: JSON.stringify(settings),
        options: JSON.stringify(input.options ?? {}),
        open_billing: input.openBilling ?? true,
        invoice_type_id: input.invoiceTypeId ?? DEFAULT_INVOICE_TYPE,
        invoice_format_guid: input.invoiceFormatGuid ?? null,
      };
      const row = await trx
        .insertInto('billers')
        .values({ biller_id: billerId, ...values })
        .onConflict((conflict) => {
          const made = conflict.column('biller_id');
          return expected === 'none' ? made.doNothing() : made.doUpdateSet({ ...values, updated_at: CHANGED_AT });
        })
        .returningAll()
        .executeTakeFirst();
      if (!row) throw alreadyThere(billerId);
      const specs = [before?.adapter, input.adapter].flatMap((id) => settingsOf(this.adapters, id));
      const details = changesBetween(before, toConfig(row), specs);
      if (!held || Object.keys(details).length)
        await audit(trx, { actor, action: held ? 'biller.change' : 'biller.make', subject: billerId, details });
      return { row, created: !held };
    };
    const { row, created } = whole ? await store(whole) : await this.database.db.transaction().execute(store);
    this.forget(billerId);
    const warnings = row.open_billing
      ? []
      : ['this biller is not open billing: accounts of it cannot be refreshed in real time (RTDR)'];
    return { config: toConfig(row), created, warnings };
  }

  /** The biller as the outside may see it. */
  view(config: BillerConfig): Record<string, unknown> {
    return billerView(config, settingsOf(this.adapters, config.adapter));
  }

  /** @throws Problem 422 `invalid-options` */
  private async checkShadow(billerId: string, of: string): Promise<void> {
    const refuse = (message: string): never => {
      throw new Problem(422, 'invalid-options', message);
    };
    if (of === billerId) refuse('a biller can’t be its own shadow');
    const first = await this.get(of).catch(() => refuse(`shadowOf names ${of}, which is no biller`));
    if (first.options.shadowOf !== undefined) refuse(`${of} is a shadow itself`);
    const held = await this.shadowOf(of, true);
    if (held !== undefined && held !== billerId) refuse(`${of} has a shadow already: ${held}`);
    const owed = await this.database.db
      .selectFrom('undelivered')
      .select('delivery_id')
      .where('biller_id', '=', billerId)
      .where('state', '=', 'queued')
      .limit(1)
      .executeTakeFirst();
    if (owed) refuse('this biller has deliveries on their way; a shadow has none');
  }
}

/** What an adapter of this host says of its settings; of another nothing is known. */
export const settingsOf = ({ loaded }: AdapterRegistry, adapterId: string | undefined): readonly ManifestSetting[] =>
  loaded.get(adapterId ?? '')?.manifest.settings ?? [];

type BillerRow = Selectable<BillersTable>;

async function readAll(db: Kysely<Tables>, billerIds: readonly string[]): Promise<Map<string, BillerRow>> {
  const rows = await db
    .selectFrom('billers')
    .selectAll()
    .where('biller_id', '=', sql<string>`any(${[...billerIds]}::text[])`)
    .execute();
  return new Map(rows.map((row) => [row.biller_id, row]));
}

const toConfig = (row: BillerRow): BillerConfig => ({
  billerId: row.biller_id,
  name: row.name,
  guid: row.guid,
  adapter: row.adapter,
  openBilling: row.open_billing,
  invoiceTypeId: row.invoice_type_id,
  invoiceFormatGuid: row.invoice_format_guid,
  settings: row.settings as StoredSettings,
  options: row.options,
  revision: row.updated_at.toISOString(),
});
