/** Payments delivered a second, from their commit to the partner's answer being committed, beside pg-boss doing nothing. */
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { payment } from './accept.js';
import { putBiller, startHost } from './host.js';
import { serve } from './load.js';
import { type Figure, interleaved, ratios } from './results.js';

const [DELIVERIES, BILLERS, ROUNDS, WARM_UPS] = [10_000, 20, 9, 2];
const LOOK_EVERY_MS = 20;

/** A database of its own beside the one given: the jobs of one would lie in the other's way. */
async function another(database: string): Promise<string> {
  const url = new URL(database);
  const client = new pg.Client(database);
  await client.connect();
  await client.query(`create database ${url.pathname.slice(1)}_plain`);
  await client.end();
  url.pathname += '_plain';
  return url.href;
}

/** Commits so many jobs at once, and with them whatever they are about. */
class Backlog {
  private sequence = 0;
  private constructor(
    private readonly boss: PgBoss,
    private readonly client: pg.Client,
  ) {}

  static async open(connectionString: string): Promise<Backlog> {
    const boss = new PgBoss({ connectionString, schema: 'pgboss', supervise: false, schedule: false });
    await boss.start();
    const client = new pg.Client({ connectionString });
    await client.connect();
    return new Backlog(boss, client);
  }

  /** @returns how many a second were done */
  async measure(queue: string, count: number, isDelivery: boolean): Promise<number> {
    const { client } = this;
    const jobs = Array.from({ length: count }, (_, index) => {
      const id = `${queue}-${this.sequence++}`;
      return { id, biller: `biller-${index % BILLERS}`, request: JSON.stringify(payment(id)) };
    });
    await client.query('begin');
    let ids = jobs.map(({ id }) => id);
    if (isDelivery) {
      const { rows } = await client.query<{ id: string }>(
        `insert into deliveries (biller_id, kind, key, state, request)
         select b, 'payment', k, 'queued', r::jsonb from unnest($1::text[], $2::text[], $3::text[]) as g (b, k, r) returning id`,
        [jobs.map(({ biller }) => biller), ids, jobs.map(({ request }) => request)],
      );
      ids = rows.map(({ id }) => id);
    }
    await this.boss.insert(
      queue,
      jobs.map(({ biller }, index) => ({ data: { deliveryId: ids[index] }, group: { id: biller, tier: '100' } })),
      { db: { executeSql: (text, values) => client.query(text, values) } },
    );
    await client.query('commit');
    const started = performance.now();
    // What is left is looked for in the order it goes in, since counting it would be a good part of what is measured.
    const left = isDelivery
      ? [`select from undelivered where state = 'queued' limit 1`]
      : ["state < 'active' and not blocked", "state = 'active' and group_id is not null"].map(
          (some) => `select from pgboss.job_common where name = '${queue}' and ${some} limit 1`, // each by an index
        );
    for (const each of left) while ((await client.query(each)).rowCount) await wait(LOOK_EVERY_MS);
    const perSecond = count / ((performance.now() - started) / 1000);
    await wait(500); // what is left to be tidied is nobody's time
    return perSecond;
  }

  async analyze(): Promise<void> {
    await this.client.query('vacuum analyze');
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.boss.stop({ graceful: false });
  }
}

export async function deliveries(folder: string, database: string): Promise<Figure[]> {
  const partner = await serve('stand-in-partner.js');
  const host = await startHost(folder, database);
  for (let index = 0; index < BILLERS; index++) await putBiller(host.url, `biller-${index}`, partner.url);
  const plainDatabase = await another(database);
  const nothing = await serve('plain-queue.js', [plainDatabase]);
  const [plainBacklog, backlog] = await Promise.all([Backlog.open(plainDatabase), Backlog.open(database)]);
  const works = [
    { name: 'pg-boss', run: () => plainBacklog.measure('bench-nothing', DELIVERIES, false) },
    { name: 'host', run: () => backlog.measure('deliveries', DELIVERIES, true) },
  ];
  for (const { run } of works) await run();
  // As after the first minute of a database at work: without statistics pg-boss sorts all that waits for each of its fetches.
  await Promise.all([plainBacklog.analyze(), backlog.analyze()]);
  const [plain, ours] = await interleaved(ROUNDS, works, WARM_UPS);
  await Promise.all([plainBacklog.close(), backlog.close()]);
  host.child.kill('SIGTERM');
  await host.exited;
  for (const each of [partner, nothing]) each.stop();
  const section = 'Deliveries';
  return [
    { section, name: 'deliveries a second by the host', values: ours ?? [], wanted: { least: 1000 } },
    { section, name: 'jobs a second by pg-boss with a handler that does nothing', values: plain ?? [] },
    {
      section,
      name: 'the host, by pg-boss with a handler that does nothing',
      values: ratios(ours, plain),
      wanted: { least: 0.6 },
    },
  ];
}
