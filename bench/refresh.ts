/** How quick a refresh is beside one call of its partner, and how many a second beside two other ways to do the same. */
import { AUTHORIZED, putBiller, startHost } from './host.js';
import { inParallel, post, rate, serve } from './load.js';
import { type Figure, interleaved, ratios } from './results.js';
import { median } from './statistics.js';

const LATENCY_MS = 50;
const [ROUNDS, LOOK_UPS] = [5, 60];
/** At saturation a round is short, and one differs much from the next. */
const SATURATED_ROUNDS = 11;
const [AT_ONCE, REQUESTS, ACCOUNTS, WARM_UPS] = [32, 6_000, 500, 3];

export async function refresh(folder: string, database: string): Promise<Figure[]> {
  const [slow, quick] = await Promise.all([
    serve('stand-in-partner.js', [], { LATENCY_MS: String(LATENCY_MS) }),
    serve('stand-in-partner.js'),
  ]);
  const [fastify, express] = await Promise.all([
    serve('plain-server.js', ['fastify', quick.url, database]),
    serve('plain-server.js', ['express', quick.url]),
  ]);
  const host = await startHost(folder, database);
  await putBiller(host.url, 'slow', slow.url);
  await putBiller(host.url, 'quick', quick.url);
  const ask = (billerId: string, account: string) =>
    post(`${host.url}/v1/billers/${billerId}/accounts/${account}/refresh`, {}, AUTHORIZED);
  const account = (pages: number) => (index: number) => `p${pages}-${index % ACCOUNTS}`;
  // Known accounts: whoever pays has been asked about before.
  for (const pages of [1, 5]) await inParallel(LOOK_UPS, 8, (index) => ask('slow', account(pages)(index)));
  await inParallel(ACCOUNTS, 8, (index) => ask('quick', account(1)(index)));

  const p50 = (name: string, work: (index: number) => Promise<unknown>) => ({
    ...{ name, run: async () => median(await inParallel(LOOK_UPS, 4, work)) },
  });
  const path = '/api/v2/policies/retrieve_policy';
  const [one, onePage, fivePages] = await interleaved(ROUNDS, [
    p50('one call', () => post(slow.url + path, { policy_number: 'p1-1' })),
    p50('one page', (index) => ask('slow', account(1)(index % LOOK_UPS))),
    p50('five pages', (index) => ask('slow', account(5)(index % LOOK_UPS))),
  ]);
  const perSecond = (name: string, work: (index: number) => Promise<unknown>) => ({
    ...{ name, run: () => rate(REQUESTS, AT_ONCE, work) },
  });
  const [bare, usual, ours] = await interleaved(
    SATURATED_ROUNDS,
    [
      perSecond('fastify', (index) => post(`${fastify.url}/accounts/${account(1)(index)}/refresh`, {})),
      perSecond('express', (index) => post(`${express.url}/accounts/${account(1)(index)}/refresh`, {})),
      perSecond('host', (index) => ask('quick', account(1)(index))),
    ],
    WARM_UPS,
  );
  for (const each of [slow, quick, fastify, express]) each.stop();
  host.child.kill('SIGTERM');
  await host.exited;
  const section = 'Refresh';
  return [
    { section, name: `one call of a partner that takes ${LATENCY_MS} ms`, values: one ?? [], unit: 'ms' },
    { section, name: 'p50 with one page, by one call', values: ratios(onePage, one), wanted: { most: 1.2 } },
    { section, name: 'p50 with five pages, by one call', values: ratios(fivePages, one), wanted: { most: 2.3 } },
    { section, name: 'requests a second of the host', values: ours ?? [] },
    { section, name: 'the host, by Fastify + two undici calls', values: ratios(ours, bare), wanted: { least: 0.5 } },
    {
      section,
      name: 'the host, by Express + axios + class-transformer',
      values: ratios(ours, usual),
      wanted: { least: 2 },
    },
  ];
}
