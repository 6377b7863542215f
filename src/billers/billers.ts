/** The billers of this host: what is configured for each, its secrets sealed. */
import { readFileSync } from 'node:fs';
import { AdapterError, type AdapterManifest, type ManifestSetting } from '@ic-host/contracts';
import { inject, injectable, type ServiceIdentifier } from 'inversify';
import type { Kysely, Selectable } from 'kysely';
import { ADAPTERS, type AdapterRegistry } from '../adapters/adapter-registry.js';
import { isPrivateAddress } from '../egress/host-guard.js';
import { MASK } from '../egress/redaction.js';
import { Problem } from '../problem.js';
import { DATABASE, type Database } from '../store/database.js';
import type { BillersTable, Tables } from '../store/tables.js';
import { isReference, readInbox, type SecretReference } from './inbox-option.js';
import { SECRET_BOX, type SecretBox } from './secret-box.js';

/** A setting as it is stored: text, a sealed secret, or where to find one. */
type StoredSetting = string | { sealed: string } | SecretReference;

export interface BillerConfig {
  billerId: string;
  name: string;
  guid: string;
  adapter: string;
  openBilling: boolean;
  invoiceTypeId: number;
  invoiceFormatGuid: string | null;
  settings: Record<string, StoredSetting>;
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

export interface HostOptions {
  allowPrivateEgress: boolean;
  dataDir: string;
  /** Of the data directory, wherever it is mounted. */
  dataDirId: string;
}
export const HOST_OPTIONS: ServiceIdentifier<HostOptions> = Symbol('host-options');

/** Options of a biller that go before the limits of its adapter's manifest. */
export const LIMIT_OPTIONS = ['requestsPerSecond', 'concurrency', 'timeoutMs'] as const;
/** Options of a biller that the host itself understands, whatever the adapter. */
const NUMBER_OPTIONS = new Set<string>(['maxSetAsidePercent', 'maxDeliveryAgeHours', 'inboxSeconds', ...LIMIT_OPTIONS]);
const LEAST: Record<string, number> = { requestsPerSecond: 0.1, concurrency: 1, timeoutMs: 10, inboxSeconds: 1 };
const DEFAULT_INVOICE_TYPE = 164;

@injectable()
export class Billers {
  private readonly cached = new Map<string, { config: BillerConfig; until: number }>();

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(ADAPTERS) private readonly adapters: AdapterRegistry,
    @inject(SECRET_BOX) private readonly box: SecretBox,
    @inject(HOST_OPTIONS) private readonly host: HostOptions,
  ) {}

  /**
   * @param db the transaction it is asked in, if any: one that waited for a second connection could wait for ever
   * @throws Problem 404 `biller-not-found`
   */
  async get(billerId: string, db: Kysely<Tables> = this.database.db): Promise<BillerConfig> {
    // Another host may change a biller: what is remembered is remembered for a second.
    const known = this.cached.get(billerId);
    if (known && known.until > Date.now()) return known.config;
    const row = await db.selectFrom('billers').selectAll().where('biller_id', '=', billerId).executeTakeFirst();
    if (!row) throw new Problem(404, 'biller-not-found', `no biller ${billerId}`);
    const config = toConfig(row);
    this.cached.set(billerId, { config, until: Date.now() + 1000 });
    return config;
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

  /** @throws Problem 422 naming every setting that is wrong */
  async put(
    billerId: string,
    input: BillerInput,
  ): Promise<{ config: BillerConfig; created: boolean; warnings: string[] }> {
    const { manifest } = this.adapters.get(input.adapter);
    const held = await this.database.db
      .selectFrom('billers')
      .selectAll()
      .where('biller_id', '=', billerId)
      .executeTakeFirst();
    const settings = this.storedSettings(billerId, manifest, input.settings ?? {}, held ? toConfig(held).settings : {});
    checkOptions(manifest, input.options ?? {});
    const values = {
      name: input.name,
      guid: input.guid,
      adapter: input.adapter,
      settings: JSON.stringify(settings),
      options: JSON.stringify(input.options ?? {}),
      open_billing: input.openBilling ?? true,
      invoice_type_id: input.invoiceTypeId ?? DEFAULT_INVOICE_TYPE,
      invoice_format_guid: input.invoiceFormatGuid ?? null,
      updated_at: new Date(),
    };
    const row = await this.database.db
      .insertInto('billers')
      .values({ biller_id: billerId, ...values })
      .onConflict((conflict) => conflict.column('biller_id').doUpdateSet(values))
      .returningAll()
      .executeTakeFirstOrThrow();
    this.cached.delete(billerId);
    const warnings = values.open_billing
      ? []
      : ['this biller is not open billing: accounts of it cannot be refreshed in real time (RTDR)'];
    return { config: toConfig(row), created: !held, warnings };
  }

  /** The biller as the outside may see it: settings by advanced-setting id where they have one, secrets masked. */
  view({ settings, revision: _, ...config }: BillerConfig): Record<string, unknown> {
    const specs = this.adapters.loaded.get(config.adapter)?.manifest.settings ?? [];
    const shown = Object.entries(settings).map(([key, value]) => [
      specs.find((spec) => spec.key === key)?.settingId ?? key,
      typeof value === 'object' && 'sealed' in value ? MASK : value,
    ]);
    return { ...config, settings: Object.fromEntries(shown) };
  }

  /** A setting's plain text. @throws AdapterError `misconfigured` when its source is gone */
  reveal(config: BillerConfig, key: string): string | undefined {
    const stored = config.settings[key];
    if (stored === undefined || typeof stored === 'string') return stored;
    if ('sealed' in stored) return this.box.open(stored.sealed, `${config.billerId}/${key}`);
    try {
      const text = 'env' in stored ? process.env[stored.env] : readFileSync(stored.file, 'utf8').replace(/\r?\n$/, '');
      if (text) return text;
    } catch {
      // said below
    }
    throw new AdapterError('misconfigured', `the setting ${key} can't be read from where it is kept`, {
      code: 'secret-source-gone',
    });
  }

  private storedSettings(
    billerId: string,
    manifest: AdapterManifest,
    given: Record<string, unknown>,
    held: Record<string, StoredSetting>,
  ): Record<string, StoredSetting> {
    const errors: { field: string; code: string; message: string }[] = [];
    const stored: Record<string, StoredSetting> = {};
    for (const [name, value] of Object.entries(given)) {
      const setting = manifest.settings.find((item) => item.settingId === name || item.key === name);
      const wrong = (code: string, message: string) => errors.push({ field: `settings.${name}`, code, message });
      if (!setting) wrong('unknown-setting', `the adapter ${manifest.id} has no setting ${name}`);
      else if (value === MASK && held[setting.key] !== undefined)
        stored[setting.key] = held[setting.key] as StoredSetting;
      else if (isReference(value)) stored[setting.key] = value;
      else if (typeof value !== 'string' || value === '') wrong('wrong-type', `${setting.title} must be text`);
      else {
        const problem = setting.type === 'url' ? this.urlProblem(value) : undefined;
        if (problem) wrong('url-refused', `${setting.title}: ${problem}`);
        else
          stored[setting.key] = setting.secret ? { sealed: this.box.seal(value, `${billerId}/${setting.key}`) } : value;
      }
    }
    for (const setting of manifest.settings)
      if (setting.required && stored[setting.key] === undefined)
        errors.push({
          field: `settings.${setting.settingId ?? setting.key}`,
          code: 'missing',
          message: `${setting.title} is required`,
        });
    if (errors.length) throw new Problem(422, 'invalid-settings', errors[0]?.message ?? '', { errors });
    return stored;
  }

  private urlProblem(value: string): string | undefined {
    if (!URL.canParse(value)) return 'must be a URL, such as https://partner.example.com';
    const url = new URL(value);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (url.username || url.password) return 'must not carry a user or password';
    if (this.host.allowPrivateEgress)
      return ['http:', 'https:'].includes(url.protocol) ? undefined : 'must be http or https';
    if (url.protocol !== 'https:') return 'must be https';
    if (host === 'localhost' || host.endsWith('.localhost') || (/^[\d.]+$|:/.test(host) && isPrivateAddress(host)))
      return 'is a private address; start the host with --allow-private-egress to allow it';
    return undefined;
  }
}

function checkOptions(manifest: AdapterManifest, options: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(options)) {
    const refuse = (message: string): never => {
      throw new Problem(422, 'invalid-options', message);
    };
    const spec: ManifestSetting | undefined = manifest.options?.find((item) => item.key === key);
    if (spec?.choices && !spec.choices.includes(value as string))
      refuse(`the option ${key} must be one of ${spec.choices.join(', ')}`);
    if (key === 'inbox') {
      try {
        readInbox(value);
      } catch (error) {
        refuse((error as Error).message);
      }
    } else if (NUMBER_OPTIONS.has(key)) {
      const least = LEAST[key] ?? 0;
      if (typeof value !== 'number' || !(value >= least))
        refuse(`the option ${key} must be a number, at least ${least}`);
    } else if (!spec) refuse(`neither the host nor the adapter ${manifest.id} has an option ${key}`);
  }
}

const toConfig = (row: Selectable<BillersTable>): BillerConfig => ({
  billerId: row.biller_id,
  name: row.name,
  guid: row.guid,
  adapter: row.adapter,
  openBilling: row.open_billing,
  invoiceTypeId: row.invoice_type_id,
  invoiceFormatGuid: row.invoice_format_guid,
  settings: row.settings as Record<string, StoredSetting>,
  options: row.options,
  revision: row.updated_at.toISOString(),
});
