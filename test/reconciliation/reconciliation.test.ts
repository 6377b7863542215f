import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Money, PlainDate } from '@ic-host/contracts';
import { expect } from 'chai';
import {
  enrollmentFinding,
  type Finding,
  findingsOf,
  type HeldAccountFacts,
} from '../../src/reconciliation/findings.js';
import { TestHost, temporaryFolder } from '../host-fixture.js';
import { CONTRACTS, writtenAdapter } from '../written-adapter.js';

interface Run {
  id: string;
  state: string;
  accounts: number;
  unanswered: number;
  details: (Finding & { repaired: boolean })[];
}

describe('a reconciliation with the partner', function () {
  this.timeout(120_000);
  let host: TestHost;
  const account = (index: number): string => `R-${index}`;
  const invoice = (index: number, part = 0): string => `r-${index}-${part}`;
  const v1 = '/v1/billers/1663';

  before(async () => {
    host = await TestHost.start();
    await host.biller('1663');
    for (let index = 0; index < 12; index++)
      host.sandbox.book.put({
        ...{ number: account(index), policyStatus: 'Active', poorPaymentHistory: false, insured: 'Jordan Example' },
        invoices: [0, 1].map((part) => ({
          ...{ id: invoice(index, part), billDate: '01/01/2026', dueDate: '02/01/2026', policyStatus: 'Active' },
          ...{ paidInFull: false, balance: 10_000 },
        })),
      });
    for (let index = 0; index < 12; index++) await host.call('POST', `${v1}/accounts/${account(index)}/refresh`);
  });
  after(() => host.close());

  const pay = async (index: number, amount = '40.00') => {
    const transactionId = `paid-${index}`;
    await host.call('POST', `${v1}/payments`, {
      ...host.payment(transactionId),
      ...{ accountNumber: account(index), invoiceNumber: invoice(index), amount },
    });
    return host.settled(`${v1}/payments/${transactionId}`);
  };
  const reconcile = async (body: object = {}): Promise<Run> => {
    const { status, body: begun } = await host.call('POST', `${v1}/reconciliations`, body);
    expect(status, JSON.stringify(begun)).to.equal(202);
    for (;;) {
      const { body: run } = await host.call('GET', `${v1}/reconciliations/${begun.id}`);
      if (run.state !== 'running') return run as Run;
      await wait(50);
    }
  };
  const told = (run: Run) =>
    run.details.map(({ kind, cause, accountNumber, subject }) => `${kind} ${cause} ${accountNumber} ${subject}`).sort();

  it('finds nothing where nothing differs, payments and enrollments included', async () => {
    for (const index of [8, 9]) {
      expect(await pay(index)).to.include({ state: 'delivered' });
      await host.call('PUT', `${v1}/accounts/${account(index)}/enrollments/autopay`, { enabled: true });
      await host.settled(`${v1}/accounts/${account(index)}/enrollments/autopay`);
      await host.call('POST', `${v1}/accounts/${account(index)}/refresh`);
    }
    const run = await reconcile();
    expect(run).to.deep.include({ state: 'done', accounts: 12, unanswered: 0, details: [] });
  });

  it('finds planted differences of eight kinds, all of them and nothing else', async () => {
    const { book } = host.sandbox;
    const policy = (index: number) => book.policyOf(account(index)) as NonNullable<ReturnType<typeof book.policyOf>>;
    const first = (index: number) => policy(index).invoices[0] as NonNullable<ReturnType<typeof book.invoiceOf>>;
    first(0).balance = 9_999; // 1: a balance has moved
    policy(1).invoices.push({ ...first(1), id: 'r-1-new' }); // 2: an invoice is new there
    policy(2).invoices.pop(); // 3: one is gone there
    Object.assign(policy(3), { poorPaymentHistory: true, policyStatus: 'Cancellation Pending' }); // 4: blocked there
    book.policies.splice(book.policies.indexOf(policy(4)), 1); // 5: the account is gone
    await pay(5); // 6: a payment is delivered, and the balance is as if it were not
    first(5).balance = 10_000;
    await pay(10); // … and so for long
    first(10).balance = 10_000;
    await host.query(`update deliveries set updated_at = now() - interval '3 days' where key = 'paid-10'`);
    await host.query(`update changes set at = now() - interval '4 days' where account_number = $1`, [account(10)]);
    await host.call('PUT', `${v1}/accounts/${account(6)}/enrollments/autopay`, { enabled: true }); // 7: changed there
    await host.settled(`${v1}/accounts/${account(6)}/enrollments/autopay`);
    book.autopay[account(6)] = false;
    await host.query(
      `insert into deliveries (biller_id, kind, key, state, request) values ('1663', 'payment', 'stuck', 'parked', $1)`, // 8
      [JSON.stringify({ ...host.payment('stuck'), accountNumber: account(7), invoiceNumber: invoice(7) })],
    );
    const planted = [
      `balance-differs ours-late R-0 ${invoice(0)}`,
      'missing-here ours-late R-1 r-1-new',
      `missing-there ours-late R-2 ${invoice(2, 1)}`,
      'block-differs ours-late R-3 null',
      'account-unknown-there by-hand R-4 null',
      'payment-not-applied theirs-late R-5 paid-5',
      'payment-not-applied lost R-10 paid-10',
      'enrollment-differs by-hand R-6 autopay',
      'payment-unsettled lost R-7 stuck',
    ].sort();
    expect(told(await reconcile())).to.deep.equal(planted);

    const [{ id }] = (await host.call('GET', `${v1}/reconciliations`)).body.reconciliations;
    const csv = await host.call('GET', `${v1}/reconciliations/${id}/findings.csv`);
    const lines = (csv.body as string).trim().split('\r\n');
    expect(lines[0]).to.equal('kind,cause,accountNumber,subject,ours,theirs,repaired');
    expect(lines).to.have.length(planted.length + 1);

    const mended = await reconcile({ repair: true });
    const isMended = (line: string) => line.includes('ours-late') || line.includes('stuck');
    expect(told({ ...mended, details: mended.details.filter(({ repaired }) => repaired) })).to.deep.equal(
      planted.filter(isMended),
    );
    // The partner knows a repeat, so that what was parked is sent again, once.
    expect(await host.settled(`${v1}/payments/stuck`)).to.include({ state: 'delivered', duplicate: false });
    expect(book.ledger.filter(({ transactionId }) => transactionId === 'stuck')).to.have.length(1);
    const { deliveryId } = (await host.call('GET', `${v1}/payments/stuck`)).body;
    const { body: audited } = await host.call('GET', `/v1/audit?subject=${deliveryId}`);
    expect(audited.entries[0]).to.include({ actor: 'host', action: 'delivery.repair' });
    await host.call('POST', `${v1}/accounts/${account(7)}/refresh`);
    // The rest waits for a person.
    expect(told(await reconcile())).to.deep.equal(planted.filter((line) => !isMended(line)));
  });

  it('a wish that is parked is sent again; one that was changed there, or that workers were lost by, is not', async () => {
    const { book } = host.sandbox;
    const url = (index: number) => `${v1}/accounts/${account(index)}/enrollments/autopay`;
    await host.query(
      `insert into deliveries (biller_id, kind, key, state, request) values ('1663', 'autopay', $1, 'parked', '{"enabled":true}')`,
      [account(11)],
    );
    await host.query(
      `insert into deliveries (biller_id, kind, key, state, request, result)
       values ('1663', 'autopay', $1, 'parked', '{"enabled":true}', '{"code":"worker-lost"}')`,
      [account(7)],
    );
    const mended = await reconcile({ repair: true });
    const enrollments = mended.details.filter(({ kind }) => kind === 'enrollment-differs');
    expect(
      enrollments.map(({ accountNumber, cause, repaired }) => [accountNumber, cause, repaired]).sort(),
    ).to.deep.equal([
      [account(11), 'lost', true],
      [account(6), 'by-hand', false],
      [account(7), 'lost', false],
    ]);
    expect(await host.settled(url(11))).to.include({ state: 'delivered' });
    expect([book.autopay[account(11)], book.autopay[account(6)]]).to.deep.equal([true, false]);
    await host.query(`delete from deliveries where kind = 'autopay' and state = 'parked'`);
    await reconcile(); // and nothing of it is lost any more
  });

  it('a wish for autopay is not what counts where a return has ended it since', async () => {
    const { book } = host.sandbox;
    const url = `${v1}/accounts/${account(9)}/enrollments/autopay`;
    const differing = async () =>
      (await reconcile({ repair: true })).details
        .filter(({ kind, accountNumber }) => kind === 'enrollment-differs' && accountNumber === account(9))
        .map(({ cause, repaired }) => `${cause} ${repaired}`);
    const returned = { code: 'R01', returnedOn: '2026-11-26', disableAutoPay: true };
    await host.call('POST', `${v1}/payments/paid-9/return`, returned);
    expect(await host.settled(`${v1}/payments/paid-9/return`)).to.include({ state: 'delivered' });
    expect(book.autopay[account(9)]).to.equal(false);
    expect(await differing()).to.deep.equal([]);
    await host.query(`update deliveries set state = 'parked' where kind = 'autopay' and key = $1`, [account(9)]);
    expect(await differing()).to.deep.equal([]);
    expect(book.autopay[account(9)], 'it is not switched on again').to.equal(false);
    await host.call('PUT', url, { enabled: true }); // a later word
    await host.settled(url);
    expect(book.autopay[account(9)]).to.equal(true);
    book.autopay[account(9)] = false;
    expect(await differing()).to.deep.equal(['by-hand false']);
    await host.call('PUT', url, { enabled: false });
    await host.settled(url);
  });

  it('says of accounts that the partner could not tell of, and takes only as many as wanted', async () => {
    host.sandbox.fault({ operation: 'retrieve_policy', kind: 'status', status: 500, times: 1000 });
    const run = await reconcile({ accounts: 3 });
    expect(run).to.deep.include({ accounts: 3, unanswered: 3 });
    expect(told(run), 'what is lost stays so').to.deep.equal(['payment-not-applied lost R-10 paid-10']);
    host.sandbox.clearFaults();
  });

  it('looks first at accounts of which something was lost, and a person is told until it isn’t any more', async () => {
    const needs = async () =>
      (await host.call('GET', `${v1}/overview`)).body.needs.map(({ kind }: { kind: string }) => kind);
    const lost = ['payment-not-applied lost R-10 paid-10'];
    for (let run = 0; run < 3; run++) expect(told(await reconcile({ accounts: 1 }))).to.deep.equal(lost);
    expect(await needs()).to.deep.equal(['deliveries-lost']);
    expect((await host.call('GET', '/metrics')).body).to.match(/^ic_host_needs\{kind="deliveries-lost".*\} 1$/m);
    await host.query(`insert into reconciliation_findings
      select id, 'payment-not-applied', 'lost', 'R-8', 'paid-8', '', '', false from reconciliations
      order by started_at desc limit 1`);
    expect(await reconcile({ accounts: 1 }), 'however few are wanted').to.include({ accounts: 2 });
    const [there] = host.sandbox.book.policyOf(account(10))?.invoices ?? [];
    Object.assign(there ?? {}, { balance: 6_000 });
    const run = await reconcile({ accounts: 1, repair: true });
    expect(run.details.filter(({ cause }) => cause === 'lost')).to.deep.equal([]);
    expect(await needs()).to.deep.equal([]);
  });

  it('runs once at a time for a biller', async () => {
    const begun = await Promise.all([1, 2, 3].map(() => host.call('POST', `${v1}/reconciliations`, {})));
    expect(begun.map(({ status }) => status).sort()).to.deep.equal([202, 409, 409]);
  });
});

describe('a payment that a partner has lost', function () {
  this.timeout(60_000);
  /** A partner that is a file of transaction ids: one invoice of 100.00, of which each takes 40.00. */
  async function start(repeatSafety: string, withFind: boolean) {
    const folder = temporaryFolder();
    const ledger = join(folder, 'ledger');
    const balance = join(folder, 'balance');
    writeFileSync(ledger, '');
    const manifest = writtenAdapter(
      `import { appendFileSync, existsSync, readFileSync } from 'node:fs';
       import { adapterModule, Money, PAYMENT_SINK, PlainDate, RTDR_PROVIDER } from ${CONTRACTS};
       const all = () => readFileSync(${JSON.stringify(ledger)}, 'utf8').split('\\n').filter(Boolean);
       export default adapterModule(({ bind }) => {
         bind(RTDR_PROVIDER).toConstantValue({
           async lookUp() {
             const paid = existsSync(${JSON.stringify(balance)}) ? 0 : all().length * 4000;
             const balanceDue = Money.ofCents(10000 - paid);
             return { complete: true, invoices: [{ invoiceNumber: 'i', eligible: true, balanceDue,
               totalAmountDue: Money.ofCents(10000), invoiceDate: PlainDate.parse('2026-01-01'),
               invoiceDueDate: PlainDate.parse('2026-02-01') }] };
           },
         });
         bind(PAYMENT_SINK).toConstantValue({
           repeatSafety: '${repeatSafety}',
           async post({ transactionId }) {
             appendFileSync(${JSON.stringify(ledger)}, transactionId + '\\n');
             return { duplicate: false, partnerMessages: [] };
           },
           ${withFind ? 'async find({ transactionId }) { return all().includes(transactionId) ? { duplicate: true, partnerMessages: [] } : undefined; },' : ''}
         });
       });`,
      { contracts: ['payment-sink', 'rtdr-provider'].map((name) => ({ name, version: '1' })) },
    );
    const host = await TestHost.start({ manifest });
    await host.call('PUT', '/v1/billers/1', { name: 'b', guid: 'g', adapter: 'acme' });
    await host.call('POST', '/v1/billers/1/accounts/a/refresh');
    const payment = { ...host.payment('t'), accountNumber: 'a', invoiceNumber: 'i', amount: '40.00' };
    await host.call('POST', '/v1/billers/1/payments', payment);
    expect(await host.settled('/v1/billers/1/payments/t')).to.include({ state: 'delivered' });
    await host.query(`update deliveries set updated_at = now() - interval '3 days'`);
    await host.query(`update changes set at = now() - interval '4 days'`);
    const mend = async () => {
      const begun = await host.call('POST', '/v1/billers/1/reconciliations', { repair: true });
      const url = `/v1/billers/1/reconciliations/${begun.body.id}`;
      const { details } = await host.until(url, ({ state }) => state !== 'running');
      return (details as Run['details']).map(({ kind, cause, repaired }) => `${kind} ${cause} ${repaired}`);
    };
    return { host, mend, ledger, balance, posted: () => readFileSync(ledger, 'utf8').split('\n').filter(Boolean) };
  }

  it('is sent again where it can be looked for and is not there', async () => {
    const { host, mend, ledger, posted } = await start('findable', true);
    writeFileSync(ledger, ''); // an old backup was put back
    expect(await mend()).to.deep.equal(['payment-not-applied lost true']);
    expect(await host.settled('/v1/billers/1/payments/t')).to.include({ state: 'delivered', duplicate: false });
    expect(posted()).to.deep.equal(['t']);
    expect(await mend()).to.deep.equal(['balance-differs ours-late true']);
    expect(await mend()).to.deep.equal([]);
    await host.close();
  });

  it('is not sent again where it is there, and only the balance does not move', async () => {
    const { host, mend, balance, posted } = await start('findable', true);
    writeFileSync(balance, 'stays');
    expect(await mend()).to.deep.equal(['payment-not-applied lost false']);
    expect((await host.call('GET', '/v1/billers/1/payments/t')).body).to.include({ state: 'delivered' });
    expect(posted()).to.deep.equal(['t']);
    await host.close();
  });

  it('is left to a person where another adapter has taken the biller over since', async () => {
    const { host, mend, ledger, posted } = await start('findable', true);
    writeFileSync(ledger, '');
    await host.query(`insert into audit (actor, action, subject, details)
      values ('test', 'biller.change', '1', '{"adapter":{"from":"before","to":"acme"}}')`);
    expect(await mend()).to.deep.equal(['payment-not-applied lost false']);
    expect(posted()).to.deep.equal([]);
    await host.close();
  });

  it('is left to a person where a person has settled it: they know it there by no number of ours', async () => {
    const { host, mend, ledger, posted } = await start('findable', true);
    writeFileSync(ledger, '');
    await host.query(`update deliveries set state = 'parked'`);
    const [row] = await host.query('select id from deliveries');
    const settled = { state: 'delivered', reason: 'keyed in there by hand' };
    expect((await host.call('POST', `/v1/deliveries/${row?.id}/settle`, settled)).status).to.equal(200);
    await host.query(`update deliveries set updated_at = now() - interval '3 days'`);
    expect(await mend()).to.deep.equal(['payment-not-applied lost false']);
    expect(posted()).to.deep.equal([]);
    await host.close();
  });

  it('is left to a person where it can’t be looked for', async () => {
    const { host, mend, ledger, posted } = await start('idempotent', false);
    writeFileSync(ledger, '');
    expect(await mend()).to.deep.equal(['payment-not-applied lost false']);
    expect(posted()).to.deep.equal([]);
    await host.close();
  });

  describe('and that was returned', () => {
    const returned = (host: TestHost, state: string) =>
      host.query(
        `insert into deliveries (biller_id, kind, key, state, request)
         values ('1', 'return', 't', $1, '{"code":"R01","returnedOn":"2026-11-24"}')`,
        [state],
      );
    for (const state of ['delivered', 'queued', 'parked', 'rejected'])
      it(`is not lost, and never sent again: its return is ${state}`, async () => {
        const { host, mend, ledger, posted } = await start('findable', true);
        writeFileSync(ledger, ''); // gone, and what it took with it
        await returned(host, state);
        expect(await mend()).to.deep.equal([]);
        expect(posted()).to.deep.equal([]);
        await host.close();
      });
    it('but it is where the return was called off', async () => {
      const { host, mend, ledger } = await start('findable', true);
      writeFileSync(ledger, '');
      await returned(host, 'cancelled');
      expect(await mend()).to.deep.equal(['payment-not-applied lost true']);
      await host.close();
    });
    it('nor is it where it is parked', async () => {
      const { host, mend, ledger, posted } = await start('findable', true);
      writeFileSync(ledger, '');
      await host.query(`update deliveries set state = 'parked'`);
      await returned(host, 'parked');
      expect(await mend()).to.deep.equal(['payment-unsettled lost false']);
      expect(posted()).to.deep.equal([]);
      await host.close();
    });
  });

  it('and one that is parked is left to a person where a repeat is not safe', async () => {
    const { host, mend, posted } = await start('unsafe', false);
    await host.query(`update deliveries set state = 'parked'`);
    expect(await mend()).to.include('payment-unsettled lost false');
    expect(posted()).to.deep.equal(['t']);
    await host.close();
  });
});

describe('a difference is told from another', () => {
  const now = new Date('2026-11-25T12:00:00Z');
  const held = (more: Partial<HeldAccountFacts> = {}): HeldAccountFacts => ({
    ...{ accountNumber: 'a', block: { ach: false, card: false }, payments: [] },
    invoices: [{ invoiceNumber: 'i', status: 'active', balanceDue: 100, totalAmountDue: 100 }],
    ...more,
  });
  const snapshot = (balance: string, complete = true) =>
    ({
      complete,
      invoices: [
        {
          ...{
            invoiceNumber: 'i',
            eligible: true,
            balanceDue: Money.parse(balance),
            totalAmountDue: Money.parse('1.00'),
          },
          ...{ invoiceDate: PlainDate.parse('2026-01-01'), invoiceDueDate: PlainDate.parse('2026-02-01') },
        },
      ],
    }) as never;
  const payment = {
    ...{ transactionId: 't', invoiceNumber: 'i', amount: 40, state: 'delivered' as const, balanceBefore: 100 },
    ...{ acceptedAt: now, at: now, isReturned: false },
  };
  const kinds = (findings: Finding[]) => findings.map(({ kind }) => kind);

  it('a balance that a payment explains is ours to learn, and one that it does not move is theirs to book', () => {
    expect(kinds(findingsOf(held({ payments: [payment] }), snapshot('0.60'), now))).to.deep.equal(['balance-differs']);
    expect(kinds(findingsOf(held({ payments: [payment] }), snapshot('1.00'), now))).to.deep.equal([
      'payment-not-applied',
    ]);
    const returned = { ...payment, isReturned: true };
    expect(findingsOf(held({ payments: [returned] }), snapshot('1.00'), now)).to.deep.equal([]);
    expect(
      kinds(findingsOf(held({ payments: [payment, returned] }), snapshot('1.00'), now)),
      'the other',
    ).to.deep.equal(['payment-not-applied']);
  });
  it('nothing is missing from an answer that is not complete', () =>
    expect(findingsOf(held(), { ...(snapshot('1.00', false) as object), invoices: [] } as never, now)).to.deep.equal(
      [],
    ));
  it('a payment on its way is given its time', () => {
    const queued = { ...payment, state: 'queued' as const };
    expect(findingsOf(held({ payments: [queued] }), snapshot('1.00'), now)).to.deep.equal([]);
    const old = { ...queued, acceptedAt: new Date(+now - 7_200_000) };
    expect(kinds(findingsOf(held({ payments: [old] }), snapshot('1.00'), now))).to.deep.equal(['payment-unsettled']);
  });
  it('an enrollment that can’t be asked for does not differ', () => {
    const wish = { accountNumber: 'a', kind: 'autopay', wished: true, state: 'delivered' } as const;
    expect(enrollmentFinding(wish, undefined)).to.equal(undefined);
    expect(enrollmentFinding(wish, false)).to.include({ ours: 'on', theirs: 'off', cause: 'by-hand' });
    expect(enrollmentFinding({ ...wish, state: 'parked' }, false)).to.include({ cause: 'lost' });
    expect(enrollmentFinding({ ...wish, state: 'parked' }, true)).to.equal(undefined);
  });
});
