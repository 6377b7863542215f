/** Checks the host itself: its database and its tables, clocks, workers, adapters. */
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { endingText, endingTokens } from '../access/ending-tokens.js';
import { ADAPTERS, type AdapterRegistry } from '../adapters/adapter-registry.js';
import { faultText } from '../adapters/check-manifest.js';
import { ServedAdapters } from '../adapters/served-adapters.js';
import { dueDeliveries } from '../deliveries/due.js';
import { HOST_OPTIONS, type HostOptions } from '../host-options.js';
import { DATABASE, type Database, MOST_CONNECTIONS } from '../store/database.js';
import { MOST_SKEW_MS } from '../store/database-clock.js';
import { FIRST_OPEN_PLACE } from '../store/feed-places.js';
import { schemaState } from '../store/schema-state.js';
import type { Checked } from './checked.js';
import { failed, notChecked, ok, timed } from './checked.js';
import { checkDisk } from './disk.js';
import { checkLongTransactions } from './long-transactions.js';

/** A due delivery that no worker has begun for this long tells that none works. */
const MOST_IDLE_S = 60;
/** From then on one host more, or a busy one, finds none. */
const MOSTLY_USED = 0.9;
/** A long import holds the feed back for minutes. */
const MOST_HELD_BACK_S = 600;

@injectable()
export class CheckHost {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(ADAPTERS) private readonly adapters: AdapterRegistry,
    @inject(ServedAdapters) private readonly served: ServedAdapters,
    @inject(HOST_OPTIONS) private readonly host: HostOptions,
  ) {}

  check(): Promise<Checked[]> {
    return Promise.all([
      timed('database', null, async () => {
        const { rows } = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(
          this.database.db,
        );
        return ok(`PostgreSQL ${rows[0]?.version} answers.`);
      }),
      timed('migrations', null, async () => {
        const { missing, later } = await schemaState(this.database.db);
        if (later.length)
          return ok(`The tables are of a later version (${later.join(', ')}), which this one works with.`);
        return missing.length
          ? failed(
              'unmigrated',
              `The database lacks ${missing.join(', ')}.`,
              'Start a host of this version on it once.',
            )
          : ok('The tables are up to date.');
      }),
      timed('clock', null, async () => {
        const { skewMs } = this.database.clock;
        return Math.abs(skewMs) <= MOST_SKEW_MS
          ? ok("The database's clock and ours agree.")
          : failed(
              'clock-skew',
              `The database's clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs < 0 ? 'ahead of' : 'behind'} ours.`,
              'Let both machines set their clocks by NTP.',
            );
      }),
      timed('connections', null, () => this.connections()),
      timed('workers', null, () => this.workers()),
      timed('change feed', null, () => this.changeFeed()),
      timed('transactions', null, () => checkLongTransactions(this.database.db)),
      timed('adapters', null, () => this.checkAdapters()),
      timed('tokens', null, () => this.tokens()),
      timed('disk', null, () => checkDisk(this.host.dataDir)),
    ]);
  }

  private async checkAdapters() {
    const { loaded, quarantined } = this.adapters;
    if (quarantined.length)
      return failed(
        'adapter-quarantined',
        quarantined.flatMap((adapter) => adapter.faults.map(faultText)).join('; '),
        'Correct the manifest named, and start the host again.',
      );
    const lacking = await this.served.lacking();
    const here = `${loaded.size} loaded: ${[...loaded.keys()].join(', ')}`;
    return lacking.length
      ? failed(
          'adapter-lacking',
          `${here}; other hosts have ${lacking.join(', ')} as well, and do what is to be done for its billers.`,
          "Name it in this host's manifest, too: what is asked of this host for those billers is refused.",
        )
      : ok(`${here}.`);
  }

  private async tokens() {
    const ending = await endingTokens(this.database.db);
    return ending.length
      ? failed(
          'token-ends',
          `${ending.map(endingText).join('; ')}.`,
          'Make a new one for whoever has it, then revoke this one: ic-host tokens --help.',
        )
      : ok('None that is in use ends within two weeks.');
  }

  /** Whether the server has connections for all hosts: what it refuses is waited for. */
  private async connections() {
    const { rows } = await sql<{ allowed: number; used: number; ours: number }>`
      select least(
          current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
            - coalesce(current_setting('reserved_connections', true)::int, 0),
          (select nullif(rolconnlimit, -1) from pg_roles where rolname = current_user),
          (select nullif(datconnlimit, -1) from pg_database where datname = current_database())
        ) as allowed,
        count(*) as used, count(*) filter (where datname = current_database() and usename = current_user) as ours
      from pg_stat_activity where backend_type = 'client backend'`.execute(this.database.db);
    const { allowed = 0, used = 0, ours = 0 } = rows[0] ?? {};
    const said = `The database takes ${allowed} connections, and ${used} are open on its server, ${ours} of them to it as this user`;
    return allowed >= MOST_CONNECTIONS && used < allowed * MOSTLY_USED
      ? ok(`${said}.`)
      : failed(
          'connections-scarce',
          `${said}; each host opens up to ${MOST_CONNECTIONS}, and waits where it gets fewer.`,
          'Raise max_connections, or the limit of the role or the database, to what all hosts need; or run fewer hosts.',
        );
  }

  /** Whether any host works on what is due. */
  private async workers() {
    const { n, oldestSeconds } = await dueDeliveries(this.database.db);
    if (n === 0) return notChecked('Nothing is due, so that none is needed now.');
    const seconds = Math.round(oldestSeconds ?? 0);
    return seconds <= MOST_IDLE_S
      ? ok(`${n} deliveries are due, the oldest for ${seconds} s.`)
      : failed(
          'no-worker',
          `${n} deliveries are due, the oldest for ${seconds} s.`,
          'Start a host with --role worker or --role all on this database, or more of them.',
        );
  }

  /** Whether a transaction that somebody left open, in any database of the server, holds it back. */
  private async changeFeed() {
    const { rows } = await sql<{ n: number; seconds: number | null; who: string | null }>`
      select count(*) as n, extract(epoch from clock_timestamp() - min(at))::float8 as seconds, (
        select concat('process ', pid, ' (', nullif(application_name, ''), ', database ', datname, ', ', state, ')')
        from pg_stat_activity where backend_xid is not null order by xact_start limit 1) as who
      from changes where xid >= ${FIRST_OPEN_PLACE}`.execute(this.database.db);
    const { n = 0, seconds = null, who = null } = rows[0] ?? {};
    if (n === 0) return ok('All changes are shown.');
    const since = `${n} changes wait for a transaction that is open, the oldest for ${Math.round(seconds ?? 0)} s`;
    return (seconds ?? 0) <= MOST_HELD_BACK_S
      ? ok(`${since}.`)
      : failed(
          'feed-held-back',
          `${since}${who ? `: ${who}` : ', perhaps a prepared one'}.`,
          'End that transaction (pg_terminate_backend), or whoever left it open.',
        );
  }
}
