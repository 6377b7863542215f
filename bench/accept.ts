/** Accepted payments a second, each durable when it is answered, beside a bare route that inserts one row. */
import { AUTHORIZED, putBiller, startHost } from './host.js';
import { post, rate, serve } from './load.js';
import { type Figure, interleaved, ratios } from './results.js';

const [AT_ONCE, PAYMENTS, ROUNDS, WARM_UPS] = [32, 3_000, 9, 2];

export const payment = (transactionId: string) => ({
  ...{ transactionId, accountNumber: 'p1-1', invoiceNumber: 'p1-1-1-0', amount: '125.50', paymentDate: '2026-11-24' },
  ...{ method: 'Visa', source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
});

export async function accept(folder: string, database: string): Promise<Figure[]> {
  const partner = await serve('stand-in-partner.js');
  const bare = await serve('plain-server.js', ['fastify', partner.url, database]);
  // Delivering is another process's work, and another bench's.
  const host = await startHost(folder, database, '--role', 'api');
  await putBiller(host.url, 'accepting', partner.url);
  let sequence = 0;
  const next = () => payment(`accepted-${sequence++}`);
  const [plain, ours] = await interleaved(
    ROUNDS,
    [
      { name: 'fastify', run: () => rate(PAYMENTS, AT_ONCE, () => post(`${bare.url}/payments`, next())) },
      {
        name: 'host',
        run: () => rate(PAYMENTS, AT_ONCE, () => post(`${host.url}/v1/billers/accepting/payments`, next(), AUTHORIZED)),
      },
    ],
    WARM_UPS,
  );
  host.child.kill('SIGTERM');
  await host.exited;
  for (const each of [partner, bare]) each.stop();
  const section = 'Accept';
  return [
    { section, name: 'payments a second by the host', values: ours ?? [] },
    { section, name: 'the host, by Fastify + one insert', values: ratios(ours, plain), wanted: { least: 0.5 } },
  ];
}
