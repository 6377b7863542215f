/** Two hosts post the same payment to a real Tryton at the same moment, many times over: the ledger must have each once. */
import { AdapterError, Money, type Payment, PlainDate } from '@ic-host/contracts';
import type { SuiteScope } from '@ic-host/contracts/suite';
import { loadAdapters } from '../../src/adapters/adapter-registry.js';
import { AdapterBench } from '../../src/verify/adapter-bench.js';
import { contractConfigOf } from '../../src/verify/contract-config.js';

export interface Pairs {
  pairs: number;
  /** Of the two calls of each pair. */
  made: number;
  duplicate: number;
  /** Refused before anything happened: the host repeats these. */
  undone: number;
  otherwise: string[];
  /** Pairs of which both calls were undone, as when they are the first of a month; the repeat makes them. */
  bothUndone: number;
  onLedgerOnce: number;
  lost: number;
  twice: number;
  /** Once it is there, both hosts repeat it once more: all must say duplicate. */
  repeatsDuplicate: number;
}

const PAIRS_AT_ONCE = 4;
const never = new AbortController().signal;

export async function postPairs(pairs: number, onPair: (done: number) => void = () => undefined): Promise<Pairs> {
  const { loaded } = await loadAdapters('adapter.manifest.json');
  const adapter = loaded.get('tryton');
  if (!adapter) throw new Error('the manifest loads no adapter tryton');
  const partner = await (await contractConfigOf(adapter)).start({ key: 'a password of pairs' });
  const bench = await AdapterBench.start(adapter, { allowPrivate: true });
  const hosts = await Promise.all([bench.open(partner.biller), bench.open(partner.biller)]);
  const told: Pairs = {
    ...{ pairs, made: 0, duplicate: 0, undone: 0, bothUndone: 0, otherwise: [], onLedgerOnce: 0, lost: 0, twice: 0 },
    repeatsDuplicate: 0,
  };
  const post = (host: SuiteScope, payment: Payment) => host.get('payment-sink').post(payment, never);
  const tell = async (call: ReturnType<typeof post>): Promise<void> => {
    try {
      if ((await call).duplicate) told.duplicate++;
      else told.made++;
    } catch (error) {
      if (AdapterError.is(error) && error.kind === 'unavailable') told.undone++;
      else told.otherwise.push(String(error));
    }
  };
  const pair = async (index: number): Promise<void> => {
    const accountNumber = `pair-${index}`;
    const invoice = { invoiceNumber: `pair-${index}`, cents: 10_000, invoiceDate: '2026-11-01', dueDate: '2026-12-01' };
    await partner.account?.({ accountNumber, invoices: [invoice] });
    const payment: Payment = {
      ...{ transactionId: `pair-${index}`, accountNumber, invoiceNumber: invoice.invoiceNumber },
      // A part of what is owed: Tryton would take it twice.
      ...{ amount: Money.ofCents(1_500), paymentDate: PlainDate.of(2026, 11, 24), method: 'Visa', source: 'Web' },
      ...{ maskedNumber: '4242', payerName: 'Jordan Example' },
    };
    const onLedger = async () => (await partner.ledger?.(payment.transactionId))?.length ?? 0;
    await Promise.all(hosts.map((host) => tell(post(host, payment))));
    if ((await onLedger()) === 0) told.bothUndone++;
    // What a host does with a call that was undone; of one that was made it changes nothing.
    await post(hosts[0] as SuiteScope, payment);
    for (const host of hosts) if ((await post(host, payment)).duplicate) told.repeatsDuplicate++;
    const times = await onLedger();
    if (times === 1) told.onLedgerOnce++;
    else if (times === 0) told.lost++;
    else told.twice++;
  };
  try {
    let next = 0;
    let done = 0;
    const lane = async (): Promise<void> => {
      while (next < pairs) {
        await pair(next++);
        onPair(++done);
      }
    };
    await Promise.all(Array.from({ length: PAIRS_AT_ONCE }, lane));
    return told;
  } finally {
    for (const host of hosts) await host.close();
    await bench.close();
    await partner.close();
  }
}
