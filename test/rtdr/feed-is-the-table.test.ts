import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';
import { chanceOf } from '../simulation/simulated-time.js';

/** Whoever keeps the latest that the feed said of each invoice has what is held, whatever happened, on whichever host. */
describe('the change feed, put together', function () {
  this.timeout(120_000);
  const [ACCOUNTS, INVOICES, ROUNDS, AT_ONCE] = [4, 12, 15, 6];
  let one: TestHost;
  let two: TestHost;

  before(async () => {
    one = await TestHost.start();
    two = await TestHost.start({ databaseUrl: one.databaseUrl });
    await one.biller();
  });
  after(async () => {
    await two.close();
    await one.close();
  });

  for (const seed of [1, 2])
    it(`is what is held, after refreshes and files on two hosts at once, seed ${seed}`, async () => {
      const chance = chanceOf(seed);
      const below = (count: number): number => Math.floor(chance() * count);
      const us = (month: number, day: number): string =>
        `${String(month).padStart(2, '0')}/${String(day).padStart(2, '0')}/2026`;
      const account = (index: number): string => `seed-${seed}-account-${index}`;
      const date = () => us(1 + below(12), 1 + below(28));
      // The partner has each invoice in one account at a time, or in none.
      const change = (): void => {
        const policies = Array.from({ length: ACCOUNTS }, (_, index) => ({
          ...{ number: account(index), policyStatus: 'Active', poorPaymentHistory: false, insured: 'I' },
          invoices: [] as (typeof one.sandbox.book.policies)[number]['invoices'],
        }));
        for (let index = 0; index < INVOICES; index++) {
          const policy = policies[below(ACCOUNTS + 1)];
          const balance = 100 * below(4);
          policy?.invoices.push({
            ...{ id: `seed-${seed}-invoice-${index}`, billDate: date(), dueDate: date(), balance },
            ...{ policyStatus: chance() < 0.1 ? 'Cancelled' : 'Active', paidInFull: balance === 0 },
          });
        }
        for (const policy of policies) one.sandbox.book.put(policy);
      };
      const refresh = async (host: TestHost): Promise<void> => {
        const { status } = await host.call('POST', `/v1/billers/1663/accounts/${account(below(ACCOUNTS))}/refresh`);
        expect(status).to.equal(200);
      };
      const file = async (host: TestHost): Promise<void> => {
        const count = 1 + below(INVOICES);
        const amounts = Array.from({ length: count }, () => 100 * below(4));
        const body = {
          FileHeader: {
            ...{ BillerGUID: one.sandbox.biller.guid, FileCreationDate: '11/23/2026', InvoiceCount: count },
            TotalInvoiceAmount: (amounts.reduce((sum, cents) => sum + cents, 0) / 100).toFixed(2),
          },
          Invoices: amounts.map((cents, index) => ({
            InvoiceHeader: {
              ...{ RecordType: 'R', InvoiceFormatGuid: 'f', InvoiceNumber: `seed-${seed}-invoice-${index}` },
              ...{ InvoiceDate: date(), InvoiceDueDate: date(), TotalAmountDue: (cents / 100).toFixed(2) },
              ...{ InvoiceTypeID: 164, Custom1: 'policy' },
            },
            CustomerRecord: { AccountNumber: account(below(ACCOUNTS)), CustomerName: 'C' },
          })),
        };
        const path = '/v1/billers/1663/invoice-files';
        const taken = await host.call('POST', `${path}?filename=1663_11232026.JSON`, JSON.stringify(body), {
          'content-type': 'application/json',
        });
        const ended = await host.settled(`${path}/${taken.body.importId}`);
        expect(ended.state, JSON.stringify(ended.problem)).to.equal('applied');
      };

      for (let round = 0; round < ROUNDS; round++) {
        change();
        const host = () => (chance() < 0.5 ? one : two);
        const works = Array.from({ length: AT_ONCE }, () => (chance() < 0.12 ? file(host()) : refresh(host())));
        await Promise.all(works);
      }
      // What a refresh was told during a file is kept when the file is done; and a change is told when no older transaction of the
      // whole cluster runs any more, those of other tests included.
      const held = new Map<string, unknown>();
      const told = new Map<string, unknown>();
      const differs = () =>
        [...new Set([...held.keys(), ...told.keys()])].filter((id) => held.get(id) !== told.get(id));
      for (let tries = 0; tries < 120; tries++) {
        held.clear();
        told.clear();
        for (let index = 0; index < ACCOUNTS; index++)
          for (const invoice of (await one.call('GET', `/v1/billers/1663/accounts/${account(index)}/invoices`)).body
            .invoices)
            held.set(invoice.invoiceNumber, JSON.stringify(invoice));
        for (let after = '0.0'; ; ) {
          const { changes, next } = (await two.call('GET', `/v1/changes?after=${after}&limit=1000`)).body;
          for (const { invoice } of changes)
            if (invoice.invoiceNumber.startsWith(`seed-${seed}-`))
              told.set(invoice.invoiceNumber, JSON.stringify(invoice));
          if (changes.length === 0) break;
          after = next;
        }
        if (differs().length === 0) break;
        await new Promise((done) => setTimeout(done, 250));
      }
      expect(differs().map((id) => ({ held: held.get(id), told: told.get(id) }))).to.deep.equal([]);
      expect(held.size).to.be.above(0);
    });
});
