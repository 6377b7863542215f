/**
 * `npm run model`: what a number of billers needs, and what breaks first, from the costs in `bench/results.json`. The day of
 * a biller is assumed here, in one place; the costs are measured.
 */
import { readFileSync } from 'node:fs';
import Table from 'cli-table3';
import type { Figure } from './results.js';
import { median } from './statistics.js';

/** What a biller does. Peaks are what machines are bought for. */
const BILLER = {
  invoices: 10_000,
  accounts: 5_000,
  /** Of its accounts looked up on a day, and of its invoices paid on a day. */
  lookUpsADay: 500,
  paymentsADay: 150,
  /** Its daily file tells of all open invoices again. */
  invoicesInFile: 6_000,
  changesADay: 400,
};
const PEAK = 6;
/** Files come in the night's hours. */
const FILE_HOURS = 6;
const KEPT_DAYS = { deliveries: 730, exchanges: 90, changes: 365 };
/** Of a core or disk that is still quick. */
const USABLE = 0.6;
const CORES = { host: 1, database: 64 };
/** Durable commits a second of one PostgreSQL with good disks, and how many payments share one at the peak. */
const COMMITS = { aSecond: 20_000, paymentsTogether: 8 };

const figures = JSON.parse(readFileSync('bench/results.json', 'utf8')) as Figure[];
const cost = (name: string): number => {
  const figure = figures.find((one) => one.section === 'Costs' && one.name === name);
  if (!figure) throw new Error(`bench/results.json has no cost of ${name}: npm run bench costs`);
  return median(figure.values);
};
const micro = (what: string) => ({ host: cost(`${what}: host`) / 1e6, database: cost(`${what}: PostgreSQL`) / 1e6 });
const [refresh, payment, invoice] = [
  micro('a refresh'),
  micro('a payment, accepted and delivered'),
  micro('an invoice of a file'),
];

function needs(billers: number) {
  const aSecond = (aDay: number): number => (billers * aDay * PEAK) / 86_400;
  const [lookUps, payments] = [aSecond(BILLER.lookUpsADay), aSecond(BILLER.paymentsADay)];
  const fileInvoices = (billers * BILLER.invoicesInFile) / (FILE_HOURS * 3_600);
  const cores = (side: 'host' | 'database'): number =>
    (lookUps * refresh[side] + payments * payment[side] + fileInvoices * invoice[side]) / USABLE;
  const held = {
    invoices:
      billers * BILLER.invoices * cost('an invoice on disk') + billers * BILLER.accounts * cost('an account on disk'),
    deliveries:
      billers * BILLER.paymentsADay * KEPT_DAYS.deliveries * (cost('a delivery on disk') + cost('its attempt on disk')),
    changes: billers * BILLER.changesADay * KEPT_DAYS.changes * cost('a change on disk'),
  };
  return {
    ...{ billers, invoices: billers * BILLER.invoices, lookUps, payments, fileInvoices },
    ...{ hosts: Math.max(2, Math.ceil(cores('host') / CORES.host)), databaseCores: cores('database') },
    ...{
      commits:
        payments / COMMITS.paymentsTogether +
        lookUps / COMMITS.paymentsTogether +
        (2 * payments) / COMMITS.paymentsTogether,
    },
    diskGb: (held.invoices + held.deliveries + held.changes) / 1e9,
    partitionsOf100Gb: Math.ceil(held.deliveries / 1e11),
  };
}

function breaks({ databaseCores, commits, diskGb }: ReturnType<typeof needs>): string {
  if (databaseCores > CORES.database)
    return `one PostgreSQL: ${Math.ceil(databaseCores / CORES.database)} needed, split by biller`;
  if (commits > COMMITS.aSecond) return 'commits of one PostgreSQL';
  if (diskGb > 4_000)
    return 'vacuum and restores of tables of this size: partition deliveries by biller, changes by transaction';
  if (databaseCores > 8) return 'a small database server; give it cores, move reading to a replica';
  return 'nothing';
}

const table = new Table({
  head: [
    'billers',
    'invoices',
    'look-ups/s',
    'payments/s',
    'file invoices/s',
    'host processes',
    'database cores',
    'commits/s',
    'disk',
    'what breaks first',
  ],
  style: { head: [], border: [] },
});
for (const billers of [10, 100, 1_000, 5_000, 20_000, 50_000, 100_000]) {
  const need = needs(billers);
  const number = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 });
  table.push([
    ...[
      need.billers,
      need.invoices,
      need.lookUps,
      need.payments,
      need.fileInvoices,
      need.hosts,
      need.databaseCores,
      need.commits,
    ].map(number),
    `${number(need.diskGb)} GB`,
    breaks(need),
  ]);
}
console.log(
  `At a peak of ${PEAK} times the day's mean; a biller: ${Object.entries(BILLER)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}.`,
);
console.log(table.toString());
