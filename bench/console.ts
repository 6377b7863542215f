/**
 * `npm run bench:console`: a list of 100,000 deliveries in the console, scrolled to its end and filtered in a real
 * browser; prints how long the host's answers took, and the longest time between two frames.
 */
/// <reference lib="dom" />
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.js';
import { CHROMIUM, ConsoleBrowser, HOW_TO_GET_IT } from '../test/console/browser.js';
import { spawnHost } from '../test/host-process.js';
import { quantile } from './statistics.js';

const DELIVERIES = 100_000;
const SCROLL_MS = 180_000;
const BILLERS = 50;
const TOKEN = 'bench';
const LIMIT_MS = 300;

if (!CHROMIUM) throw new Error(HOW_TO_GET_IT);
const folder = mkdtempSync(join(tmpdir(), 'ic-host bench '));
const postgres = await startEmbeddedPostgres(folder);
const host = await spawnHost(join(folder, 'host'), {
  ...{ IC_HOST_DATABASE_URL: postgres.connectionString, IC_HOST_API_TOKEN: TOKEN, IC_HOST_LOG_LEVEL: 'error' },
});
const client = new pg.Client(postgres.connectionString);
await client.connect();
await client.query(
  `insert into billers (biller_id, name, guid, adapter, settings, options, open_billing, invoice_type_id)
   select 'b' || n, 'Biller ' || n, 'g' || n, 'britecore', '{}', '{}', true, 164 from generate_series(1, ${BILLERS}) n`,
);
await client.query(
  `insert into deliveries (biller_id, kind, key, state, request, result, attempts, created_at)
   select 'b' || (n % ${BILLERS} + 1), (array['payment','payment','payment','autopay'])[n % 4 + 1], 'key-' || n,
     case when n % 97 = 0 then 'parked' when n % 31 = 0 then 'rejected' else 'delivered' end,
     case when n % 4 = 3 then '{"enabled": true}'::jsonb
       else jsonb_build_object('amount', '15.00', 'accountNumber', 'A-' || n % 20000) end,
     '{}', 1, now() - n * interval '1 second'
   from generate_series(1, ${DELIVERIES}) n`,
);
await client.query(
  `insert into delivery_attempts (delivery_id, at, duration_ms, outcome)
   select id, created_at, (random() * 200)::int, case state when 'delivered' then 'delivered' else 'rejected' end
   from deliveries`,
);
await client.query('vacuum analyze');

const browser = await ConsoleBrowser.open(host.url);
const times = new Map<string, number[]>();
const note = (url: string, ms: number): void => {
  const { pathname, searchParams } = new URL(url);
  const filters = [...searchParams.keys()].filter((name) => !['limit', 'after'].includes(name)).join(' and ');
  const name = `${pathname}${filters ? `, by ${filters}` : ''}`;
  times.set(name, [...(times.get(name) ?? []), ms]);
};
browser.page.on('requestfinished', (request) => {
  if (request.url().includes('/v1/') && !request.url().includes('/v1/events'))
    note(request.url(), request.timing().responseEnd - request.timing().requestStart);
});
await browser.logIn(TOKEN);
await browser.page.waitForTimeout(3_000);
for (const [name, all] of times)
  console.log(`before the list: ${name} took up to ${Math.max(...all).toFixed(0)} ms (24 hours are counted once)`);
times.clear();
await browser.go('/deliveries', 'Deliveries');
await browser.page.getByText(/100 loaded/).waitFor();
await browser.page.evaluate(() => {
  const state = { longest: 0, last: performance.now() };
  Object.assign(globalThis, { frames: state });
  const frame = (at: number): void => {
    state.longest = Math.max(state.longest, at - state.last);
    state.last = at;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});
const started = Date.now();
const loaded = () =>
  browser.page.evaluate(() => Number(document.querySelector('table[aria-rowcount]')?.getAttribute('aria-rowcount')));
while ((await loaded()) < DELIVERIES && Date.now() - started < SCROLL_MS)
  await browser.page.evaluate(async () => {
    const list = document.querySelector('.rows[data-fixed]');
    if (list) list.scrollTop = list.scrollHeight;
    await new Promise((done) => setTimeout(done, 20));
  });
const seconds = (Date.now() - started) / 1000;
const longest = await browser.page.evaluate(
  () => (globalThis as unknown as { frames: { longest: number } }).frames.longest,
);
console.log(
  `scrolled through ${await loaded()} deliveries in ${seconds.toFixed(1)} s; the longest frame took ${longest.toFixed(0)} ms`,
);
for (const query of [
  'state=parked',
  'biller=b7',
  'biller=b7&state=parked',
  'q=key-9',
  'kind=autopay',
  'account=A-77',
  'from=2026-01-01T00:00:00Z',
])
  for (let round = 0; round < 5; round++) {
    await browser.page.goto(`${browser.base}/deliveries?${query}`);
    await browser.page.getByText(/\d loaded/).waitFor();
    await browser.page.waitForTimeout(200);
  }
let worst = 0;
for (const [name, all] of [...times].sort()) {
  worst = Math.max(worst, ...all);
  const figures = `p50 ${quantile(all, 0.5).toFixed(0)} ms, p99 ${quantile(all, 0.99).toFixed(0)} ms, longest ${Math.max(...all).toFixed(0)} ms`;
  console.log(`${name}: ${figures}, of ${all.length}`);
}
console.log(`the longest answer took ${worst.toFixed(0)} ms (to be under ${LIMIT_MS})`);
for (const complaint of browser.complaints) console.log(`the browser complains: ${complaint}`);

await browser.close();
host.child.kill('SIGTERM');
await host.exited;
await client.end();
await postgres.stop();
rmSync(folder, { recursive: true, force: true });
