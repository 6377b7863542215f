/** Watches the billers' inboxes: a file that is complete is imported, then moved to `done` or `refused` with a report. */
import { setTimeout as wait } from 'node:timers/promises';
import { bulkhead } from 'cockatiel';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { ServedAdapters } from '../adapters/served-adapters.js';
import { Billers } from '../billers/billers.js';
import { type Inbox, readInbox } from '../billers/inbox-option.js';
import { every } from '../every.js';
import { HOST_OPTIONS, type HostOptions } from '../host-options.js';
import { DATABASE, type Database } from '../store/database.js';
import { LOG, type Log, sparingly } from '../telemetry/log.js';
import { type InboxFile, type InboxFolder, LocalInbox } from './inbox-folder.js';
import { type Import, InvoiceFiles, importView } from './invoice-files.js';

const TICK_MS = 1_000;
const DEFAULT_SECONDS = 10;
/** Inboxes looked into at once: mostly a server is waited for. */
const AT_ONCE = 16;
/** Of these, such as could not be read the last time: many may be at a server that doesn't answer. */
const FAILING_AT_ONCE = 4;
/** Those that a file is taken from meanwhile: each has a connection of the database's until it is imported. */
const TAKEN_AT_ONCE = 4;
const ASK_EVERY_MS = 300;
const REPORTED_SET_ASIDE = 1_000;
/** What uploading programs call a file that is not whole yet. */
const UNFINISHED = /^\.|\.(part|partial|filepart|tmp|temp|crdownload|swp)$|~$/i;

interface Watched {
  /** Changes with the inbox itself: then nothing is known of its files. */
  inbox: string;
  nextLook: number;
  busy: boolean;
  /** It could not be read the last time, here or by another host. */
  failing: boolean;
  /** As they were at the last look. */
  seen: Map<string, InboxFile>;
}

@injectable()
export class Inboxes {
  private readonly watched = new Map<string, Watched>();
  private readonly stopping = new AbortController();
  private readonly looks = new Set<Promise<void>>();
  private readonly turns = bulkhead(TAKEN_AT_ONCE, Number.POSITIVE_INFINITY);
  private loop: Promise<void> | undefined;

  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(InvoiceFiles) private readonly files: InvoiceFiles,
    @inject(ServedAdapters) private readonly served: ServedAdapters,
    @inject(HOST_OPTIONS) private readonly host: HostOptions,
    @inject(LOG) private readonly log: Log,
  ) {}

  start(): void {
    this.loop = this.watch();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    await Promise.allSettled(this.looks);
  }

  /** How a biller's inbox stands. */
  async state(billerId: string) {
    const { options } = await this.billers.get(billerId);
    const row = await this.database.db
      .selectFrom('inbox_states')
      .selectAll()
      .where('biller_id', '=', billerId)
      .executeTakeFirst();
    return {
      watched: options.inbox !== undefined,
      lookedAt: row?.looked_at.toISOString() ?? null,
      waiting: row?.waiting ?? [],
      problem: (options.inbox !== undefined && row?.problem) || null,
    };
  }

  private watch(): Promise<void> {
    const failed = sparingly(this.log, 'inboxes could not be looked for');
    return every(TICK_MS, this.stopping.signal, () => this.tick().catch(failed));
  }

  private async tick(): Promise<void> {
    const lacking = await this.served.lacking();
    const billers = await this.database.db
      .selectFrom('billers')
      .leftJoin('inbox_states', 'inbox_states.biller_id', 'billers.biller_id')
      .select(['billers.biller_id', 'adapter', 'options', sql<boolean>`problem is not null`.as('failing')])
      .where(sql<boolean>`options ? 'inbox'`)
      .execute();
    const all = billers
      .filter(({ adapter }) => !lacking.includes(adapter))
      .map(({ biller_id: billerId, options, failing }) => {
        const inbox = JSON.stringify(options.inbox);
        let watched = this.watched.get(billerId);
        if (watched?.inbox !== inbox) {
          watched = { inbox, nextLook: 0, busy: false, failing, seen: new Map() };
          this.watched.set(billerId, watched);
        }
        if (!watched.busy) watched.failing = failing;
        return { billerId, options, watched };
      });
    const due = all.filter(({ watched }) => !watched.busy && watched.nextLook <= performance.now());
    // Those that have waited longest come first: where there are more than can be looked into in time, all come late.
    due.sort((a, b) => a.watched.nextLook - b.watched.nextLook);
    let failing = all.filter(({ watched }) => watched.busy && watched.failing).length;
    const next = due.filter(({ watched }) => !watched.failing || ++failing <= FAILING_AT_ONCE);
    for (const { billerId, options, watched } of next.slice(0, AT_ONCE - this.looks.size)) {
      watched.busy = true;
      watched.nextLook = performance.now() + Number(options.inboxSeconds ?? DEFAULT_SECONDS) * 1000;
      const look = this.look(billerId, readInbox(options.inbox), watched).finally(() => {
        watched.busy = false;
        this.looks.delete(look);
      });
      this.looks.add(look);
    }
  }

  private async look(billerId: string, inbox: Inbox, watched: Watched): Promise<void> {
    let folder: InboxFolder | undefined;
    let waiting: string[] = [];
    let problem: string | null = null;
    try {
      const opened = inbox.kind === 'folder' ? new LocalInbox(inbox.folder) : await this.openSftp(inbox);
      folder = opened;
      const files = (await opened.list()).filter(({ name }) => !UNFINISHED.test(name));
      waiting = files.map(({ name }) => name).sort();
      const complete = files.filter((file) => isUnchanged(file, watched.seen.get(file.name)));
      watched.seen = new Map(files.map((file) => [file.name, file]));
      await this.note(billerId, waiting, null);
      for (const { name } of complete.sort(asTheyCame)) {
        if (!(await this.turns.execute(() => this.takeAlone(billerId, opened, name)))) break;
        watched.seen.delete(name);
        waiting = waiting.filter((other) => other !== name);
      }
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      problem = (error as Error).message;
      this.log.warn({ err: error, billerId }, 'an inbox could not be read; it will be looked at again');
    } finally {
      await folder?.close().catch(() => undefined);
    }
    await this.note(billerId, waiting, problem);
  }

  private async openSftp(inbox: Inbox & { kind: 'sftp' }): Promise<InboxFolder> {
    // Loaded where there is one: few hosts have, and each start would wait for it.
    const { SftpInbox } = await import('./sftp-inbox.js');
    return SftpInbox.open(inbox, this.host);
  }

  /** @returns false when another host is at this inbox, or this one stops */
  private async takeAlone(billerId: string, folder: InboxFolder, name: string): Promise<boolean> {
    if (this.stopping.signal.aborted) return false;
    const client = await this.database.pool.connect();
    try {
      const lock = 'select pg_try_advisory_lock(hashtextextended($1, 1)) as got';
      if (!(await client.query(lock, [billerId])).rows[0].got) return false;
      try {
        // Another host may have moved it since it was listed.
        if (!(await folder.list()).some((file) => file.name === name)) return true;
        return await this.take(billerId, folder, name);
      } finally {
        await client.query('select pg_advisory_unlock(hashtextextended($1, 1))', [billerId]);
      }
    } finally {
      client.release();
    }
  }

  private async take(billerId: string, folder: InboxFolder, name: string): Promise<boolean> {
    let held = await this.files.take(billerId, name, await folder.read(name));
    while (held.state === 'running') {
      if (this.stopping.signal.aborted) return false; // it is still in the inbox, and the import is known by its bytes
      await wait(ASK_EVERY_MS);
      held = await this.files.get(billerId, held.import_id);
    }
    await folder.settle(name, held.state === 'applied' ? 'done' : 'refused', await this.reportOf(held));
    return true;
  }

  private async reportOf(held: Import): Promise<string> {
    const records = await this.files.setAside(held.import_id, 0, REPORTED_SET_ASIDE);
    return `${JSON.stringify({ ...importView(held), recordsSetAside: records }, null, 2)}\n`;
  }

  private async note(billerId: string, waiting: string[], problem: string | null): Promise<void> {
    const state = { looked_at: sql<Date>`now()`, waiting: JSON.stringify(waiting), problem };
    await this.database.db
      .insertInto('inbox_states')
      .values({ biller_id: billerId, ...state })
      .onConflict((conflict) => conflict.column('biller_id').doUpdateSet(state))
      .execute()
      .catch((error) => this.log.error({ err: error, billerId }, 'how an inbox stands could not be written down'));
  }
}

/** Not by their names alone: the first of a year would come before the last of the year before. */
const asTheyCame = (a: InboxFile, b: InboxFile): number => a.modifiedAt - b.modifiedAt || (a.name < b.name ? -1 : 1);

/** Nobody writes to it any more: it is as it was at the look before. */
const isUnchanged = (file: InboxFile, before: InboxFile | undefined): boolean =>
  before !== undefined && before.bytes === file.bytes && before.modifiedAt === file.modifiedAt;
