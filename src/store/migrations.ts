/**
 * The database's history, oldest first; a migration that has landed is never edited. Hosts of the version before go on while it
 * is made, and start again after it: one that they can't work with sets the row of {@link LEAST_MIGRATION_TABLE} to its own name.
 */
import { type Kysely, sql } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';

const FIRST = `
create table billers (
  biller_id text primary key, name text not null, guid text not null, adapter text not null,
  settings jsonb not null, options jsonb not null, open_billing boolean not null,
  invoice_type_id integer not null, invoice_format_guid text,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now()
);
create table accounts (
  biller_id text not null references billers, account_number text not null, partner_account_id text,
  block_ach boolean not null default false, block_card boolean not null default false, block_reason text,
  refreshed_at timestamptz,
  primary key (biller_id, account_number)
);
create table invoices (
  biller_id text not null references billers, invoice_number text not null, account_number text not null,
  invoice_date text not null, invoice_due_date text not null, auto_pay_collection_date text,
  total_amount_due bigint not null, balance_due bigint not null, invoice_type_id integer not null,
  status text not null check (status in ('active', 'deactivated')), details jsonb not null default '{}',
  updated_at timestamptz not null default now(),
  primary key (biller_id, invoice_number)
);
create index invoices_by_account on invoices (biller_id, account_number);
create table changes (
  seq bigint generated always as identity, xid xid8 not null default pg_current_xact_id(),
  biller_id text not null, account_number text not null, invoice_number text not null,
  change text not null, source text not null, invoice jsonb not null, at timestamptz not null default now(),
  primary key (xid, seq)
);
create table deliveries (
  id uuid primary key default gen_random_uuid(), biller_id text not null references billers,
  kind text not null, key text not null, state text not null, request jsonb not null, result jsonb not null default '{}',
  version integer not null default 1, attempts integer not null default 0,
  lease_token uuid, lease_until timestamptz, next_attempt_at timestamptz,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  unique (biller_id, kind, key)
);
create index deliveries_leased on deliveries (lease_until) where lease_until is not null;
create index deliveries_by_state on deliveries (state, created_at desc, id);
create table delivery_attempts (
  id bigint generated always as identity primary key, delivery_id uuid not null references deliveries,
  at timestamptz not null, duration_ms integer not null, outcome text not null, code text, message text,
  exchanges jsonb not null default '[]'
);
create index delivery_attempts_by_delivery on delivery_attempts (delivery_id, id);
create table invoice_files (
  import_id uuid primary key default gen_random_uuid(), biller_id text not null references billers,
  file_name text not null, sha256 text not null, bytes bigint not null, path text not null, state text not null,
  records integer not null default 0, bytes_read bigint not null default 0, created integer not null default 0,
  updated integer not null default 0, unchanged integer not null default 0, set_aside integer not null default 0,
  total_cents numeric, problem jsonb, created_at timestamptz not null default now(), finished_at timestamptz,
  unique (biller_id, sha256)
);
create table set_aside_records (
  import_id uuid not null references invoice_files, record_number integer not null, byte_offset bigint not null,
  invoice_number text, field text not null, code text not null, message text not null,
  primary key (import_id, record_number)
);
create unlogged table invoice_staging (
  import_id uuid not null, invoice_number text not null, account_number text not null, partner_account_id text not null,
  invoice_date text not null, invoice_due_date text not null, auto_pay_collection_date text,
  total_amount_due bigint not null, invoice_type_id integer not null, details jsonb not null
);
`;

const PARTNERS = `
alter table deliveries add column doubtful_until timestamptz;
create index deliveries_leased_by_biller on deliveries (biller_id) where lease_until is not null;
create table partner_states (
  biller_id text primary key references billers, failures integer not null default 0,
  blocked_since timestamptz, blocked_until timestamptz, blocks integer not null default 0,
  cause text check (cause in ('failing', 'misconfigured')), code text, detail text
);
create unlogged table partner_paces (biller_id text primary key, next_at timestamptz not null);
create table audit (
  id bigint generated always as identity primary key, at timestamptz not null default now(), actor text not null,
  action text not null, subject text not null, reason text, details jsonb not null default '{}'
);
create index audit_by_subject on audit (subject, id);
`;

/**
 * The feed's rows in columns; a staging table that belongs to its import's connection; who keeps a file. An account's
 * biller is known before the account is written: asking again for each took a third of the time of half a million.
 */
const FILES = `
alter table changes add column invoice_date text, add column invoice_due_date text,
  add column auto_pay_collection_date text, add column total_amount_due bigint, add column balance_due bigint,
  add column invoice_type_id integer, add column status text;
update changes set invoice_date = invoice->>'invoiceDate', invoice_due_date = invoice->>'invoiceDueDate',
  auto_pay_collection_date = invoice->>'autoPayCollectionDate',
  total_amount_due = ((invoice->>'totalAmountDue')::numeric * 100)::bigint,
  balance_due = ((invoice->>'balanceDue')::numeric * 100)::bigint,
  invoice_type_id = (invoice->>'invoiceTypeId')::integer, status = invoice->>'status';
alter table changes drop column invoice, alter column invoice_date set not null,
  alter column invoice_due_date set not null, alter column total_amount_due set not null,
  alter column balance_due set not null, alter column invoice_type_id set not null, alter column status set not null;
drop table invoice_staging;
alter table accounts drop constraint accounts_biller_id_fkey;
alter table invoice_files add column kept_by text not null default '';
create index invoice_files_running on invoice_files (created_at) where state = 'running';
create table inbox_states (
  biller_id text primary key references billers, looked_at timestamptz not null, waiting jsonb not null, problem text
);
`;

/**
 * What people look for: deliveries by time, biller, key and account; attempts by time; an account's history; accounts by
 * the beginning of their number, whatever the database's language. A change's account is found by a hash of four bytes,
 * since every import writes that index, too.
 */
const CONSOLE = `
drop index deliveries_by_state;
create index deliveries_by_state on deliveries (state, created_at, id);
create index deliveries_by_time on deliveries (created_at, id);
create index deliveries_by_biller on deliveries (biller_id, created_at, id);
create index deliveries_by_key on deliveries (key text_pattern_ops);
create index deliveries_by_account on deliveries ((request->>'accountNumber')) where request->>'accountNumber' is not null;
create index delivery_attempts_by_time on delivery_attempts (at);
create index changes_by_account on changes (hashtext(account_number));
create index invoice_files_by_biller on invoice_files (biller_id, created_at);
alter table partner_states drop constraint partner_states_cause_check;
alter table partner_states add constraint partner_states_cause_check check (cause in ('failing', 'misconfigured', 'by-hand'));
alter table accounts alter column account_number type text collate "C";
create table sessions (
  token_hash text primary key, actor text not null, created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
`;

/**
 * Tokens by their hash; keys that seal secrets, each wrapped by a master key; an audit that not even the host can
 * change afterwards.
 */
const SECURITY = `
create table api_tokens (
  token_id text primary key, name text not null, secret_hash text not null,
  scope text not null check (scope in ('read', 'operate', 'configure')), billers text[], made_by text not null,
  created_at timestamptz not null default now(), expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz
);
delete from sessions;
alter table sessions drop column actor, add column token_id text references api_tokens,
  add column last_used_at timestamptz not null default now();
create table data_keys (
  key_id text not null, master_id text not null, wrapped text not null, created_at timestamptz not null default now(),
  primary key (key_id, master_id)
);
create function refuse_change() returns trigger language plpgsql as
  $$ begin raise exception 'the audit is append-only'; end $$;
create trigger audit_append_only before update or delete on audit for each row execute function refuse_change();
create trigger audit_not_emptied before truncate on audit for each statement execute function refuse_change();
create index audit_by_time on audit (at);
alter table deliveries add column accepted_by text;
`;

/**
 * What is under way is looked for in a small table of its own, which a trigger keeps: an index on the lease itself made
 * every claim and every end of one write nine indexes anew, four fifths of a delivery's cost here. Room is left in each
 * page, so that a claim stays in its own.
 */
const LEASED = `
create table leased_deliveries (delivery_id uuid primary key, biller_id text not null)
  with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index leased_deliveries_by_biller on leased_deliveries (biller_id);
insert into leased_deliveries select id, biller_id from deliveries where lease_until is not null;
create function keep_leased() returns trigger language plpgsql as $$ begin
  delete from leased_deliveries l using changed c where l.delivery_id = c.id and c.lease_until is null
  ; insert into leased_deliveries select id, biller_id from changed where lease_until is not null on conflict do nothing
  ; return null; end $$;
create trigger deliveries_leased_kept after update on deliveries referencing new table as changed
  for each statement execute function keep_leased();
create function leave_leased() returns trigger language plpgsql as
  $$ begin delete from leased_deliveries where delivery_id = old.id; return null; end $$;
create trigger deliveries_leased_left after delete on deliveries for each row
  when (old.lease_until is not null) execute function leave_leased();
drop index deliveries_leased;
drop index deliveries_leased_by_biller;
alter table deliveries set (fillfactor = 50);
`;

/** How far what grows was trimmed. */
const RETENTION = `
create table trims (kind text primary key, up_to timestamptz not null, xid xid8, position bigint not null default 0);
`;

/** What was compared between a biller's adapter and its shadow's. */
const SHADOW = `
create table shadow_runs (
  id bigint generated always as identity primary key, biller_id text not null references billers,
  at timestamptz not null default now(), kind text not null, subject text not null,
  differing boolean not null, differences jsonb not null
);
create index shadow_runs_by_biller on shadow_runs (biller_id, at);
create index billers_shadows on billers (biller_id) where options ? 'shadowOf';
`;

/** What was found when accounts were compared with what their partner says. */
const RECONCILIATION = `
create table reconciliations (
  id uuid primary key default gen_random_uuid(), biller_id text not null references billers, wanted integer,
  state text not null default 'running' check (state in ('running', 'done', 'failed')),
  started_at timestamptz not null default now(), touched_at timestamptz not null default now(), finished_at timestamptz,
  accounts integer not null default 0, unanswered integer not null default 0, findings integer not null default 0,
  repaired integer not null default 0, problem text
);
create index reconciliations_by_biller on reconciliations (biller_id, started_at);
create table reconciliation_findings (
  run_id uuid not null references reconciliations on delete cascade, kind text not null, cause text not null,
  account_number text not null, subject text, ours text, theirs text, repaired boolean not null
);
create index reconciliation_findings_by_run on reconciliation_findings (run_id);
`;

/** Calls that a biller wishes to be kept. */
const RECORDINGS = `
create table recordings (
  id bigint generated always as identity primary key, biller_id text not null references billers,
  at timestamptz not null default now(), contract text not null, method text not null, input jsonb not null,
  outcome jsonb not null, exchanges jsonb not null
);
create index recordings_by_biller on recordings (biller_id, id);
`;

/**
 * A delivery's state was in an index, so that each delivery that came to its end wrote eight indexes anew, half of what
 * the database did for it. Now those that are not delivered, few and short, are in a table of their own by their state,
 * which triggers keep, and a delivery's row stays in its page to its end. What they look for they find by index: their
 * plans are kept from when the table was empty. Hosts of the version before may be at work: until the triggers are there,
 * nothing is written.
 */
const UNDELIVERED = `
lock table deliveries in share row exclusive mode;
create table undelivered (
  delivery_id uuid primary key, biller_id text not null, state text not null, created_at timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index undelivered_by_state on undelivered (state, created_at, delivery_id);
insert into undelivered select id, biller_id, state, created_at from deliveries
  where state in ('queued', 'parked', 'rejected', 'cancelled');
alter table leased_deliveries drop constraint leased_deliveries_pkey;
drop index leased_deliveries_by_biller;
alter table leased_deliveries add primary key (biller_id, delivery_id);
drop trigger deliveries_leased_kept on deliveries;
drop trigger deliveries_leased_left on deliveries;
drop function keep_leased();
drop function leave_leased();
create function follow_made_deliveries() returns trigger language plpgsql as $$ begin
  insert into undelivered select id, biller_id, state, created_at from made where state <> 'delivered'
  ; return null; end $$;
create trigger deliveries_made after insert on deliveries referencing new table as made
  for each statement execute function follow_made_deliveries();
create function follow_changed_deliveries() returns trigger language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$ begin
  delete from leased_deliveries l using changed c
    where l.biller_id = c.biller_id and l.delivery_id = c.id and c.lease_until is null
  ; insert into leased_deliveries (delivery_id, biller_id) select id, biller_id from changed where lease_until is not null
    on conflict do nothing
  ; delete from undelivered u using changed c where u.delivery_id = c.id and c.state = 'delivered'
  ; insert into undelivered select id, biller_id, state, created_at from changed c
    where c.state <> 'delivered' and not exists (
      select from undelivered u where u.delivery_id = c.id and u.state = c.state and u.created_at = c.created_at)
    on conflict (delivery_id) do update set state = excluded.state, created_at = excluded.created_at
  ; return null; end $$;
create trigger deliveries_changed after update on deliveries referencing new table as changed
  for each statement execute function follow_changed_deliveries();
create function follow_gone_deliveries() returns trigger language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$ begin
  delete from leased_deliveries l using gone g where l.biller_id = g.biller_id and l.delivery_id = g.id
  ; delete from undelivered u using gone g where u.delivery_id = g.id
  ; return null; end $$;
create trigger deliveries_gone after delete on deliveries referencing old table as gone
  for each statement execute function follow_gone_deliveries();
create function leased_of(billers text[]) returns table (biller_id text, n bigint) language plpgsql stable
  set enable_seqscan = off set enable_bitmapscan = off as $$ #variable_conflict use_column
  begin return query
    select l.biller_id, count(*) from leased_deliveries l where l.biller_id = any(billers) group by l.biller_id
  ; end $$;
drop index deliveries_by_state;
`;

/** Which database this is, and how far its history had come: see database-history.ts. */
const HISTORY = `
create table database_history (
  only_one boolean primary key default true check (only_one),
  system text not null, timeline integer not null, started_at timestamptz not null
);
`;

/** What a change's place in the feed is beside its transaction's number: see feed-places.ts. */
const FEED_OFFSET = `
alter table database_history add column feed_offset bigint not null default 0;
`;

/**
 * Times of calls for many billers in one trip; each as `partner-pace.ts` says. Whoever calls it names the billers in order, so
 * that two hosts wait for one another one way only.
 */
const RESERVED_TOGETHER = `
create function reserve_paces(billers text[], steps float8[], counts integer[], burst float8, longest float8)
  returns table (first float8) language plpgsql as $$ begin
  for i in 1 .. cardinality(billers) loop
    return query insert into partner_paces as pace (biller_id, next_at)
      values (billers[i], clock_timestamp() + make_interval(secs => (counts[i] - 1) * steps[i] - burst))
      on conflict (biller_id) do update set next_at =
        greatest(
          case when pace.next_at < clock_timestamp() + make_interval(secs => longest)
            then pace.next_at + make_interval(secs => steps[i]) end,
          clock_timestamp() - make_interval(secs => burst))
        + make_interval(secs => (counts[i] - 1) * steps[i])
      returning extract(epoch from pace.next_at - clock_timestamp())::float8 - (counts[i] - 1) * steps[i]
    ; end loop
  ; end $$;
`;

/**
 * The plans of what the triggers do are kept for as long as a connection lives. Made when the tables were empty, they went
 * through all that is not delivered, or leased, for each row that changed. Now each row's own are looked up, one after
 * another, and no plan could do it otherwise: `offset 0` keeps each look-up apart, and whichever index it goes by is told enough.
 * (A delivery's `created_at` changes with a new wish only, which is queued; what is delivered has the one it had.)
 */
const STEADY_PLANS = `
create or replace function follow_changed_deliveries() returns trigger language plpgsql
  set enable_seqscan = off as $$ begin
  delete from leased_deliveries where ctid = any (array(
    select l.ctid from changed c cross join lateral (
      select l.ctid from leased_deliveries l where l.biller_id = c.biller_id and l.delivery_id = c.id offset 0) l
    where c.lease_until is null))
  ; insert into leased_deliveries (delivery_id, biller_id) select id, biller_id from changed where lease_until is not null
    on conflict do nothing
  ; delete from undelivered where ctid = any (array(
    select u.ctid from changed c cross join lateral (
      select u.ctid from undelivered u where u.delivery_id = c.id
        and u.state = any ('{queued,parked,rejected,cancelled}') and u.created_at = c.created_at offset 0) u
    where c.state = 'delivered'))
  ; insert into undelivered select id, biller_id, state, created_at from changed c
    where c.state <> 'delivered' and not exists (
      select from undelivered u where u.delivery_id = c.id and u.state = c.state and u.created_at = c.created_at offset 0)
    on conflict (delivery_id) do update set state = excluded.state, created_at = excluded.created_at
  ; return null; end $$;
create or replace function follow_gone_deliveries() returns trigger language plpgsql
  set enable_seqscan = off as $$ begin
  delete from leased_deliveries where ctid = any (array(
    select l.ctid from gone g cross join lateral (
      select l.ctid from leased_deliveries l where l.biller_id = g.biller_id and l.delivery_id = g.id offset 0) l))
  ; delete from undelivered where ctid = any (array(
    select u.ctid from gone g cross join lateral (
      select u.ctid from undelivered u
      where u.delivery_id = g.id and u.state = g.state and u.created_at = g.created_at offset 0) u))
  ; return null; end $$;
`;

/** Has one row: the migration that a host must have, to work with the tables. */
export const LEAST_MIGRATION_TABLE = 'least_migration';

/**
 * Adapters that a worker has, on whatever host, and when one told so last; what hosts must know of the tables; and which billers have
 * an inbox, which each host asks every second.
 */
const HOSTS = `
create index billers_inboxes on billers (biller_id) where options ? 'inbox';
create table least_migration (name text not null);
insert into least_migration values ('016-hosts');
create table served_adapters (adapter text primary key, seen_at timestamptz not null);
`;

/**
 * What a person is told of: when a biller's file was applied last, or the same one came again, since a file that doesn't come
 * leaves no other trace (to look for each biller's latest row would read all its files); and how much of what a
 * reconciliation found is lost.
 */
const NEEDS = `
create table latest_files (biller_id text primary key references billers, applied_at timestamptz not null);
insert into latest_files select biller_id, max(coalesce(finished_at, created_at)) from invoice_files
  where state = 'applied' group by biller_id;
alter table reconciliations add column lost integer not null default 0;
`;

/** A night's run is once a night, whatever else a person has asked for. */
const NIGHTS = `
alter table reconciliations add column by_night boolean not null default false;
`;

/** When a database was found to be one of before: see database-history.ts. */
const RESTORED_AT = `
alter table database_history add column restored_at timestamptz;
`;

/**
 * Files in the order in which they were taken, whatever the clock said; and when a host last had one in hand, from its
 * coming to its end.
 */
const FILE_PLACES = `
create sequence invoice_file_places;
alter table invoice_files add column place bigint, add column attended_at timestamptz not null default now();
update invoice_files f set place = o.n
  from (select import_id, row_number() over (order by created_at, import_id) as n from invoice_files) o
  where o.import_id = f.import_id;
select setval('invoice_file_places', greatest(1, (select count(*) from invoice_files)));
alter table invoice_files alter column place set default nextval('invoice_file_places'), alter column place set not null;
alter sequence invoice_file_places owned by invoice_files.place;
create index invoice_files_overtaken on invoice_files (biller_id) where state = 'refused' and problem->>'code' = 'overtaken';
`;

/** Not looked at since TIMES_LOST; a host of that version still counts in it. */
const FILES_LOST = `
alter table invoice_files add column lost_in_a_row integer not null default 0;
`;

/** Log-ins with the host's own token are known by that token, too. */
const OWN_LOG_INS = `
delete from sessions where token_id is null;
`;

/** How often a file's host, or its adapter's thread, ended in the middle of it; some databases have it by 021, which was changed. */
const TIMES_LOST = `
alter table invoice_files add column if not exists times_lost integer not null default 0;
`;

const migration = (text: string): Migration => ({
  up: async (db: Kysely<unknown>) => {
    for (const statement of text.split(';\n')) if (statement.trim()) await sql.raw(statement).execute(db);
  },
});

export const migrations: MigrationProvider = {
  getMigrations: async () => ({
    '001-first': migration(FIRST),
    '002-partners': migration(PARTNERS),
    '003-files': migration(FILES),
    '004-console': migration(CONSOLE),
    '005-security': migration(SECURITY),
    '006-leased': migration(LEASED),
    '007-retention': migration(RETENTION),
    '008-shadow': migration(SHADOW),
    '009-reconciliation': migration(RECONCILIATION),
    '010-recordings': migration(RECORDINGS),
    '011-undelivered': migration(UNDELIVERED),
    '012-history': migration(HISTORY),
    '013-feed-offset': migration(FEED_OFFSET),
    '014-reserved-together': migration(RESERVED_TOGETHER),
    '015-steady-plans': migration(STEADY_PLANS),
    '016-hosts': migration(HOSTS),
    '017-needs': migration(NEEDS),
    '018-nights': migration(NIGHTS),
    '019-restored-at': migration(RESTORED_AT),
    '020-file-places': migration(FILE_PLACES),
    '021-files-lost': migration(FILES_LOST),
    '022-own-log-ins': migration(OWN_LOG_INS),
    '023-times-lost': migration(TIMES_LOST),
  }),
};
