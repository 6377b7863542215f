/**
 * How a refresh grows with billers and invoices, and by which plans PostgreSQL finds its rows when there are many.
 * The partner is as slow as partners are; half of the accounts asked about are any biller's.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.js';
import { payment } from './accept.js';
import { AUTHORIZED, putBiller, startHost } from './host.js';
import { inParallel, post, serve } from './load.js';
import { svg } from './picture.js';
import type { Figure } from './results.js';
import { median } from './statistics.js';

const STEPS = [
  { billers: 10, invoices: 10_000 },
  { billers: 100, invoices: 100_000 },
  { billers: 1_000, invoices: 1_000_000 },
  { billers: 5_000, invoices: 10_000_000 },
];
const PER_ACCOUNT = 2;
const SETTLED = 200_000;
const [LATENCY_MS, REFRESHES, AT_ONCE, ROUNDS] = [50, 100, 4, 5];
const PLANS = 'docs/query-plans.md';
/** Tables that grow: none of these may be read from end to end for one account, payment or page. */
const GROWING = /Seq Scan on (?:public\.)?(accounts|invoices|changes|deliveries|delivery_attempts|job_common)\b/;

/** Adds accounts and invoices as the stand-in partner tells them, without a look at each row's biller. */
async function fill(client: pg.Client, billers: number, from: number, to: number): Promise<void> {
  const many = to - from > 100_000;
  await client.query(`set session_replication_role = replica`);
  if (many) await client.query('alter table invoices drop constraint invoices_pkey; drop index invoices_by_account');
  await client.query(
    `insert into accounts (biller_id, account_number, partner_account_id, refreshed_at)
     select 'biller-' || a % $1, 'p1-' || a, 'p1-' || a, date_trunc('milliseconds', now()) from generate_series($2::int, $3::int) a`,
    [billers, from, to - 1],
  );
  await client.query(
    `insert into invoices (biller_id, invoice_number, account_number, invoice_date, invoice_due_date,
       auto_pay_collection_date, total_amount_due, balance_due, invoice_type_id, status)
     select 'biller-' || a % $1, 'p1-' || a || '-1-' || n, 'p1-' || a, '2026-11-01', '2026-12-01', '2026-12-01',
       12550, 12550, 164, 'active' from generate_series($2::int, $3::int) a, generate_series(0, ${PER_ACCOUNT - 1}) n`,
    [billers, from, to - 1],
  );
  if (many)
    await client.query(`set maintenance_work_mem = '1GB';
      alter table invoices add primary key (biller_id, invoice_number);
      create index invoices_by_account on invoices (biller_id, account_number)`);
  await client.query('set session_replication_role = default');
  await client.query('vacuum analyze accounts, invoices');
}

/** The statements that a refresh, a payment and its delivery, and the readers' pages come to, with their plans. */
function plansIn(log: string): Map<string, string> {
  const plans = new Map<string, string>();
  for (const [, text = '', plan = ''] of log.matchAll(
    /plan:\n\tQuery Text: ([\s\S]*?)\n\t([A-Z][\s\S]*?)(?=\n\S|$)/g,
  )) {
    const statement = text.replace(/\s+/g, ' ').replaceAll('"', '').trim();
    if (/pg_catalog|kysely_|auto_explain|pgboss\.(version|queue|schedule)/.test(statement)) continue;
    plans.set(statement, plan.replace(/^\t/gm, ''));
  }
  return plans;
}

const title = (statement: string): string => {
  const table = /\b(?:from|into|update|join) (?:pgboss\.)?([a-z_]+)/i.exec(statement)?.[1] ?? '';
  return `${/^\w+/.exec(statement)?.[0]} ${table}`;
};

export async function growth(folder: string): Promise<Figure[]> {
  const home = join(folder, 'growth');
  const postgres = await startEmbeddedPostgres(home);
  const partner = await serve('stand-in-partner.js', [], { LATENCY_MS: String(LATENCY_MS) });
  const client = new pg.Client({ connectionString: postgres.connectionString });
  let host = await startHost(folder, postgres.connectionString);
  await client.connect();
  const points: { invoices: number; billers: number; p50: number; perCall: number[] }[] = [];
  let made = { billers: 0, accounts: 0 };
  const refresh = (accounts: number, billers: number): Promise<string> => {
    const account = Math.floor(Math.random() * accounts);
    // Of the first ten billers every second time: their scopes and connections are warm, as in the first step.
    const biller = Math.random() < 0.5 ? account % 10 : account % billers;
    const of = account - (account % billers) + biller;
    return post(`${host.url}/v1/billers/biller-${biller}/accounts/p1-${of}/refresh`, {}, AUTHORIZED);
  };
  for (const { billers, invoices } of STEPS) {
    const accounts = invoices / PER_ACCOUNT;
    const first = made;
    await inParallel(billers - first.billers, 8, (index) =>
      putBiller(host.url, `biller-${first.billers + index}`, partner.url),
    );
    await fill(client, billers, first.accounts, accounts);
    made = { billers, accounts };
    const perCall: number[] = [];
    const all: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const call = await inParallel(REFRESHES, AT_ONCE, () =>
        post(`${partner.url}/api/v2/policies/retrieve_policy`, { policy_number: 'p1-1' }),
      );
      const took = await inParallel(REFRESHES, AT_ONCE, () => refresh(accounts - billers, billers));
      if (round === 0) continue; // warms up
      perCall.push(median(took) / median(call));
      all.push(...took);
    }
    points.push({ invoices, billers, p50: median(all), perCall });
    console.log(`  ${billers} billers, ${invoices} invoices: p50 ${median(all).toFixed(1)} ms`);
  }

  await client.query(
    `insert into deliveries (biller_id, kind, key, state, request, created_at)
     select 'biller-' || n % 5000, 'payment', 'settled-' || n, 'delivered', $1::jsonb, now() - n * interval '1 second'
     from generate_series(1, ${SETTLED}) n`,
    [JSON.stringify(payment('settled'))],
  );
  await client.query(
    `insert into delivery_attempts (delivery_id, at, duration_ms, outcome) select id, created_at, 10, 'delivered' from deliveries`,
  );
  await client.query(
    `insert into changes (biller_id, account_number, invoice_number, change, source, invoice_date, invoice_due_date,
       total_amount_due, balance_due, invoice_type_id, status)
     select biller_id, account_number, invoice_number, 'created', 'invoice-file', invoice_date, invoice_due_date,
       total_amount_due, balance_due, invoice_type_id, status from invoices limit ${SETTLED}`,
  );
  await client.query('vacuum analyze');
  host.child.kill('SIGTERM');
  await host.exited;
  for (const [name, value] of [
    ['session_preload_libraries', `'auto_explain'`],
    ['auto_explain.log_min_duration', '0'],
    ['auto_explain.log_analyze', 'on'],
    ['auto_explain.log_timing', 'off'],
    ['auto_explain.log_parameter_max_length', '0'],
  ])
    await client.query(`alter system set ${name} = ${value}`);
  await client.query('select pg_reload_conf()');
  await wait(500);
  host = await startHost(folder, postgres.connectionString);
  const logFile = join(home, 'postgres/postgres.log');
  const logBefore = readFileSync(logFile, 'utf8').length;
  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${host.url}/v1${path}`, { headers: AUTHORIZED });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  };
  await inParallel(20, 4, () => refresh(made.accounts - made.billers, made.billers));
  await post(`${host.url}/v1/billers/biller-1/accounts/p2-1/refresh`, {}, AUTHORIZED); // new invoices
  await inParallel(20, 4, (index) =>
    post(`${host.url}/v1/billers/biller-1/payments`, payment(`planned-${index}`), AUTHORIZED),
  );
  await wait(2_000);
  for (const path of [
    '/billers/biller-1/payments/planned-1',
    '/billers/biller-1/accounts/p1-1/invoices',
    '/changes?limit=100',
  ])
    await get(path);
  for (const query of ['', '&state=parked', '&biller=biller-7', '&q=settled-77'])
    await get(`/deliveries?limit=50${query}`);
  host.child.kill('SIGTERM');
  await host.exited;
  const plans = plansIn(readFileSync(logFile, 'utf8').slice(logBefore));
  const scanning = [...plans].filter(([, plan]) => GROWING.test(plan));
  for (const [statement, plan] of scanning) console.log(`  read from end to end: ${statement}\n${plan}`);
  await client.end();
  partner.stop();
  await postgres.stop();

  const last = STEPS.at(-1) as (typeof STEPS)[number];
  const sections = [...plans]
    .sort(([a], [b]) => title(a).localeCompare(title(b)))
    .map(
      ([statement, plan]) =>
        `## ${title(statement)}\n\n\`\`\`sql\n${statement.slice(0, 1_500)}\n\`\`\`\n\n\`\`\`\n${plan.trimEnd()}\n\`\`\`\n`,
    );
  writeFileSync(
    PLANS,
    `# Query plans\n\nHow PostgreSQL ran what refreshes, payments, deliveries and the readers' pages asked, with ${last.billers} billers, ${last.invoices} invoices, ${SETTLED} settled payments and as many changes. Written by \`npm run bench growth\`; ${scanning.length ? `${scanning.length} of ${plans.size} statements read a growing table from end to end` : `none of the ${plans.size} statements reads a growing table from end to end`}.\n\n${sections.join('\n')}`,
  );
  writeFileSync(
    'docs/pictures/refresh-growth.svg',
    svg({
      ...{ title: 'A refresh, as billers and invoices grow', x: 'invoices', y: 'milliseconds (p50)' },
      lines: [
        {
          name: `partner: ${LATENCY_MS} ms`,
          colour: '#2563eb',
          points: points.map(({ invoices, p50 }) => [invoices, p50]),
        },
      ],
    }),
  );
  const [begin, end] = [points[0], points.at(-1)];
  const section = 'Growth';
  return [
    ...points.map(({ billers, invoices, perCall }) => ({
      ...{ section, name: `p50 by one call of the partner: ${billers} billers, ${invoices} invoices`, values: perCall },
    })),
    {
      ...{ section, name: 'p50 at the last by p50 at the first', wanted: { most: 1.5 } },
      values: (end?.perCall ?? []).map((value, round) => value / (begin?.perCall[round] ?? Number.NaN)),
    },
    {
      section,
      name: 'statements that read a growing table from end to end',
      values: [scanning.length],
      wanted: { most: 0 },
    },
  ];
}
