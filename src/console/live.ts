/** Says what has changed, for pages that are open: the database is asked once a second, while anyone listens. */
import { inject, injectable } from 'inversify';
import { DATABASE, type Database } from '../store/database.js';
import { LOG, type Log } from '../telemetry/log.js';

export const TOPICS = ['deliveries', 'billers', 'invoices', 'files'] as const;
export type Topic = (typeof TOPICS)[number];

const EVERY_MS = 1_000;

/** One cheap value a topic, each from an index's end, that is another whenever something of it was committed. */
const VERSIONS = `
select
  concat_ws('/', (select max(created_at) from deliveries), (select max(id) from delivery_attempts),
    (select max(id) from audit)) as deliveries,
  concat_ws('/', (select max(updated_at) from billers), (select max(id) from audit),
    (select count(*) || ':' || coalesce(max(blocked_since)::text, '') from partner_states where blocked_since is not null)
  ) as billers,
  (select xid || '.' || seq from changes order by xid desc, seq desc limit 1) as invoices,
  concat_ws('/', (select count(*) || ':' || coalesce(sum(bytes_read), 0) from invoice_files where state = 'running'),
    (select max(created_at) from invoice_files)) as files
`;

@injectable()
export class Live {
  private readonly listeners = new Set<(topics: Topic[]) => void>();
  private versions: Partial<Record<Topic, string | null>> = {};
  private changedBefore: Topic[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(LOG) private readonly log: Log,
  ) {}

  /** @returns ends it */
  listen(listener: (topics: Topic[]) => void): () => void {
    this.listeners.add(listener);
    if (!this.timer) {
      this.versions = {};
      this.timer = setTimeout(() => this.tick(), 0);
    }
    return () => {
      this.listeners.delete(listener);
    };
  }

  private async tick(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      this.log.warn({ err: error }, 'what has changed could not be asked');
    }
    this.timer = this.listeners.size ? setTimeout(() => this.tick(), EVERY_MS).unref() : undefined;
  }

  private async look(): Promise<void> {
    const { rows } = await this.database.pool.query<Record<Topic, string | null>>(VERSIONS);
    const versions = rows[0];
    if (!versions) return;
    const first = Object.keys(this.versions).length === 0;
    const changed = first ? [] : TOPICS.filter((topic) => versions[topic] !== this.versions[topic]);
    // Numbers are given out before they are committed: what committed behind a higher one is told a look later.
    const told = TOPICS.filter((topic) => changed.includes(topic) || this.changedBefore.includes(topic));
    this.versions = versions;
    this.changedBefore = changed;
    if (told.length) for (const listener of this.listeners) listener(told);
  }
}
