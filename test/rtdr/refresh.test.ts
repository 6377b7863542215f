import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';

describe('refreshing an account (RTDR)', () => {
  let host: TestHost;
  const refresh = (account: string, biller = '1663') =>
    host.call('POST', `/v1/billers/${biller}/accounts/${encodeURIComponent(account)}/refresh`);

  before(async () => {
    host = await TestHost.start();
    await host.biller();
  });
  after(() => host.close());
  beforeEach(() => {
    host.sandbox.clearFaults();
    host.sandbox.calls.length = 0;
  });

  it("creates the design document's own sample as it says", async () => {
    const { status, body } = await refresh('FM4000264061');
    expect(status).to.equal(200);
    expect(body).to.deep.include({
      accountNumber: 'FM4000264061',
      partnerAccountId: '88713b24-0589-404c-9eae-e0419560c90f',
      paymentBlock: { ach: false, card: false, reason: null },
      stale: false,
    });
    expect(body.changes).to.deep.equal([
      { recordType: 'N', invoiceNumber: 'f2fa7664-a055-4780-bf51-2b33f0889d42' },
      { recordType: 'N', invoiceNumber: 'ccdff4de-3727-4c8f-bed7-c10a8b066c44' },
    ]);
    expect(body.invoices[0]).to.deep.equal({
      invoiceNumber: 'f2fa7664-a055-4780-bf51-2b33f0889d42',
      accountNumber: 'FM4000264061',
      invoiceDate: '2025-05-01',
      invoiceDueDate: '2025-05-31',
      autoPayCollectionDate: '2025-05-31',
      totalAmountDue: '115.00',
      balanceDue: '115.00',
      invoiceTypeId: 164,
      status: 'active',
    });
  });

  it('tells the partner only what the operations take, the key in the body', async () => {
    await refresh('FM4000264061');
    expect(host.sandbox.calls).to.deep.include({
      operation: 'retrieve_policy',
      body: { policy_number: 'FM4000264061' },
    });
    expect(host.sandbox.calls).to.deep.include({
      operation: 'get_invoices',
      body: { policy_id: '88713b24-0589-404c-9eae-e0419560c90f', page_number: 1, page_size: 50 },
    });
  });

  it('sends both calls at once where the policy id is known', async () => {
    host.sandbox.fault({ operation: 'retrieve_policy', kind: 'delay', delayMs: 300 });
    const answer = refresh('FM4000264061');
    await new Promise((done) => setTimeout(done, 150));
    expect(host.sandbox.calls.map(({ operation }) => operation).sort()).to.deep.equal([
      'get_invoices',
      'retrieve_policy',
    ]);
    expect((await answer).status).to.equal(200);
  });

  it('looks anew when the policy id has changed', async () => {
    const policy = host.sandbox.book.policyOf('FM4000264061');
    if (!policy) throw new Error('no such policy');
    const old = policy.id;
    policy.id = 'another-id';
    try {
      const { body } = await refresh('FM4000264061');
      expect(body).to.deep.include({ partnerAccountId: 'another-id', changes: [], stale: false });
    } finally {
      policy.id = old;
    }
  });

  it('shares one trip between two refreshes at the same moment', async () => {
    await Promise.all([refresh('FM400001115'), refresh('FM400001115'), refresh('FM400001115')]);
    expect(host.sandbox.calls.filter(({ operation }) => operation === 'retrieve_policy')).to.have.length(1);
  });

  it('says in words why an account may not pay', async () => {
    expect((await refresh('FM400001115')).body.paymentBlock).to.deep.equal({
      ach: true,
      card: true,
      reason: 'Poor Payment History is set and the policy is Cancellation Pending',
    });
  });

  it('reads every page', async () => {
    const { body } = await refresh('FM400003000');
    expect(body.invoices).to.have.length(120);
    expect(host.sandbox.calls.filter(({ operation }) => operation === 'get_invoices')).to.have.length(3);
  });

  it('deactivates nothing when the pages disagree', async () => {
    const policy = host.sandbox.book.policyOf('FM400003000');
    const taken = policy?.invoices.splice(100) ?? [];
    host.sandbox.fault({ operation: 'get_invoices', kind: 'shrinking-pages', page: 2 });
    expect((await refresh('FM400003000')).body.changes).to.deep.equal([]);
    expect((await refresh('FM400003000')).body.changes).to.have.length(taken.length);
    policy?.invoices.push(...taken);
    expect(
      (await refresh('FM400003000')).body.changes.map((change: { recordType: string }) => change.recordType),
    ).to.deep.equal(taken.map(() => 'U'));
  });

  it('keeps all and says stale when a page fails', async () => {
    host.sandbox.fault({ operation: 'get_invoices', kind: 'status', status: 500, page: 3, times: 9 });
    const { status, body } = await refresh('FM400003000');
    expect(status).to.equal(200);
    expect(body).to.deep.include({ stale: true, changes: [] });
    expect(body.problem.code).to.equal('partner-unavailable');
    expect(body.invoices.every((invoice: { status: string }) => invoice.status === 'active')).to.equal(true);
  });

  it('deactivates nothing when the list moves while its pages are read', async () => {
    const invoices = host.sandbox.book.policyOf('FM400003000')?.invoices ?? [];
    for (const page of [2, 3]) host.sandbox.fault({ operation: 'get_invoices', kind: 'delay', delayMs: 300, page });
    const answer = refresh('FM400003000');
    while (host.sandbox.calls.filter(({ operation }) => operation === 'get_invoices').length < 3)
      await new Promise((done) => setTimeout(done, 5));
    const [first] = invoices;
    invoices.unshift({ ...(first as NonNullable<typeof first>), id: 'came-meanwhile' });
    const [gone] = invoices.splice(115, 1);
    expect((await answer).body.changes).to.deep.equal([]);
    expect((await refresh('FM400003000')).body.changes).to.deep.equal([
      { recordType: 'N', invoiceNumber: 'came-meanwhile' },
      { recordType: 'D', invoiceNumber: gone?.id },
    ]);
  });

  it('leaves an invoice alone that is there but not eligible', async () => {
    const { body } = await refresh('FM400004000');
    expect(body.invoices.map((invoice: { balanceDue: string }) => invoice.balanceDue).sort()).to.deep.equal([
      '0.00',
      '50.00',
    ]);
    const invoice = host.sandbox.book.policyOf('FM400004000')?.invoices[0];
    if (invoice) invoice.policyStatus = 'Cancelled';
    expect((await refresh('FM400004000')).body.changes).to.deep.equal([]);
  });

  it('takes any account number as it is', async () => {
    expect((await refresh('Ж-40/5 ñ')).body.accountNumber).to.equal('Ж-40/5 ñ');
  });

  it('says 404 for an account the partner does not know', async () => {
    const { status, body } = await refresh('nobody');
    expect([status, body.code]).to.deep.equal([404, 'account-not-found']);
  });

  it('says 502 when nothing is held and the partner cannot be reached', async () => {
    await host.biller('dead', { settings: { '8': 'http://127.0.0.1:9', '10': 'k' } });
    const { status, body } = await refresh('FM4000264061', 'dead');
    expect([status, body.code]).to.deep.equal([502, 'partner-unavailable']);
  });

  it('refuses a biller that is not open billing, and says so when it is configured', async () => {
    expect((await host.biller('closed', { openBilling: false })).body.warnings).to.have.length(1);
    expect((await refresh('FM4000264061', 'closed')).body.code).to.equal('not-open-billing');
  });

  it('updates balances only, on the legacy generation', async () => {
    await host.biller('legacy');
    await refresh('FM4000264061', 'legacy');
    await host.biller('legacy', { options: { generation: 'legacy' } });
    const invoice = host.sandbox.book.invoiceOf('f2fa7664-a055-4780-bf51-2b33f0889d42');
    if (invoice) invoice.balance = 9900;
    host.sandbox.calls.length = 0;
    const { body } = await refresh('FM4000264061', 'legacy');
    expect(body.changes).to.deep.equal([{ recordType: 'U', invoiceNumber: 'f2fa7664-a055-4780-bf51-2b33f0889d42' }]);
    expect(host.sandbox.calls[0]).to.deep.equal({
      operation: 'retrieve_updated_invoice_balance',
      body: { invoiceNumber: 'f2fa7664-a055-4780-bf51-2b33f0889d42' },
    });
  });

  it('tells every change once, in order, on the feed', async () => {
    const [{ n: told }] = (await host.query('select count(*)::int as n from changes')) as [{ n: number }];
    await host.feedHolds(told);
    const all: { cursor: string; change: string }[] = [];
    for (let after = '0.0'; ; ) {
      const { body } = await host.call('GET', `/v1/changes?after=${after}&limit=7`);
      all.push(...body.changes);
      if (body.next === after) break;
      after = body.next;
    }
    const [{ n }] = (await host.query('select count(*)::int as n from changes')) as [{ n: number }];
    expect(all).to.have.length(n);
    expect(new Set(all.map((change) => change.cursor)).size).to.equal(n);
    expect(all.map((change) => change.change)).to.include.members(['created', 'updated', 'deactivated']);
  });
});
