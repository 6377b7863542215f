/**
 * Which adapters any worker has. Not every host has all of them while a new one is rolled out, or where one is quarantined on
 * one machine: such a host leaves what is to be done for those billers to hosts that can.
 */
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { every } from '../every.js';
import { DATABASE, type Database } from '../store/database.js';
import { ADAPTERS, type AdapterRegistry } from './adapter-registry.js';

const TELL_EVERY_MS = 10_000;
/** A worker that was not heard of for so long is taken for gone. */
const GONE_AFTER = '30 seconds';

@injectable()
export class ServedAdapters {
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(ADAPTERS) private readonly adapters: AdapterRegistry,
  ) {}

  /** Adapters that other workers have, and this host lacks. */
  async lacking(): Promise<string[]> {
    const rows = await this.database.db
      .selectFrom('served_adapters')
      .select('adapter')
      .where('seen_at', '>', sql<Date>`clock_timestamp() - ${sql.lit(GONE_AFTER)}::interval`)
      .orderBy('adapter')
      .execute();
    return rows.flatMap(({ adapter }) => (this.adapters.loaded.has(adapter) ? [] : [adapter]));
  }

  /** Whether this host lacks an adapter that another worker has. */
  async isElsewhere(adapter: string): Promise<boolean> {
    return !this.adapters.loaded.has(adapter) && (await this.lacking()).includes(adapter);
  }

  /**
   * Tells of this worker's adapters, from now on.
   * @param told what is done each time: somebody may have waited for them
   */
  start(told: (adapters: readonly string[]) => Promise<void>, failed: (error: unknown) => void): void {
    const adapters = [...this.adapters.loaded.keys()].sort();
    if (adapters.length === 0) return;
    const tell = async (): Promise<void> => {
      const seenAt = sql<Date>`clock_timestamp()`;
      await this.database.db
        .insertInto('served_adapters')
        .values(adapters.map((adapter) => ({ adapter, seen_at: seenAt })))
        .onConflict((conflict) => conflict.column('adapter').doUpdateSet({ seen_at: seenAt }))
        .execute();
      await told(adapters);
    };
    this.loop = every(TELL_EVERY_MS, this.stopping.signal, () => tell().catch(failed));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }
}
