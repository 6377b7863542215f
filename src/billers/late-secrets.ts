/** Seals what an adapter of this host calls a secret, and an earlier version of it did not: it stands there as it was given. */
import { inject, injectable } from 'inversify';
import { sql, type Transaction } from 'kysely';
import { ADAPTERS, type AdapterRegistry } from '../adapters/adapter-registry.js';
import { DATABASE, type Database } from '../store/database.js';
import type { Tables } from '../store/tables.js';
import { BillerSettings, type StoredSettings } from './biller-settings.js';
import { Billers, CHANGED_AT, settingsOf } from './billers.js';
import { SECRET_BOX, type SecretBox } from './secret-box.js';

@injectable()
export class LateSecrets {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(ADAPTERS) private readonly adapters: AdapterRegistry,
    @inject(SECRET_BOX) private readonly box: SecretBox,
    @inject(BillerSettings) private readonly settings: BillerSettings,
    @inject(Billers) private readonly billers: Billers,
  ) {}

  async seal(): Promise<void> {
    const secrets = [...this.adapters.loaded.values()].flatMap(({ manifest: { id, settings } }) =>
      settings.flatMap(({ key, secret }) => (secret ? [{ id, key }] : [])),
    );
    const { db } = this.database;
    const { rows } = await sql<{ billerId: string }>`
      select distinct biller_id as "billerId"
      from unnest(${secrets.map(({ id }) => id)}::text[], ${secrets.map(({ key }) => key)}::text[]) as secret (adapter, key)
      join billers using (adapter) where jsonb_typeof(settings->key) = 'string'`.execute(db);
    for (const { billerId } of rows) await db.transaction().execute((trx) => this.sealOf(trx, billerId));
  }

  private async sealOf(trx: Transaction<Tables>, billerId: string): Promise<void> {
    const seal = await this.box.sealer(trx);
    const { adapter, settings } = await trx
      .selectFrom('billers')
      .select(['adapter', 'settings'])
      .where('biller_id', '=', billerId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const specs = settingsOf(this.adapters, adapter);
    const sealed = Object.entries(settings as StoredSettings).map(([key, value]) => {
      const spec = specs.find((one) => one.key === key);
      return [key, spec ? this.settings.kept(billerId, spec, value, seal) : value];
    });
    await trx
      .updateTable('billers')
      .set({ settings: JSON.stringify(Object.fromEntries(sealed)), updated_at: CHANGED_AT })
      .where('biller_id', '=', billerId)
      .execute();
    this.billers.forget(billerId);
  }
}
