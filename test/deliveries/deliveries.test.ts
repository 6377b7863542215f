import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';
import { ADRIFT } from '../store/adrift.js';

const PAY = 'make_payment_by_invoice_or_policy';

describe('deliveries', () => {
  let host: TestHost;
  const path = '/v1/billers/1663/payments';
  const pay = (id: string, more = {}, headers = { prefer: 'wait=10' }) =>
    host.call('POST', path, host.payment(id, more), headers);
  const onLedger = (id: string) => host.sandbox.book.ledger.filter((entry) => entry.transactionId === id);

  before(async () => {
    host = await TestHost.start();
    await host.biller();
  });
  after(async () => {
    expect(await host.query(ADRIFT)).to.deep.equal([]);
    await host.close();
  });
  beforeEach(() => {
    host.sandbox.clearFaults();
    host.sandbox.calls.length = 0;
  });

  it('sends a payment as the design document says', async () => {
    const { status, body } = await pay('t1');
    expect(status).to.equal(202);
    expect(body).to.include({
      state: 'delivered',
      duplicate: false,
      amount: '15.00',
      confirmationNumber: '35871617128868',
    });
    expect(body.partnerMessages).to.deep.equal(['Updated account balances.']);
    expect(host.sandbox.calls.find(({ operation }) => operation === PAY)?.body).to.deep.equal({
      amount: 15,
      payment_date: '2026-11-24',
      invoice_number: 'f2fa7664-a055-4780-bf51-2b33f0889d42',
      policy_number: 'FM4000264061',
      payment_transaction_id: 't1',
      source_id: 'INVOICECLOUD',
      meta: { payment_source: 'Web', payment_method: 'Visa', maskedNumber: '4242', payorName: 'Jordan Example' },
    });
  });

  describe('a return that ends autopay', () => {
    const autopay = '/v1/billers/1663/accounts/FM4000264061/enrollments/autopay';
    const ended = { code: 'R01', returnedOn: '2026-11-26', disableAutoPay: true };
    const endsAutopay = (id: string) => host.call('POST', `/v1/billers/1663/payments/${id}/return`, ended);
    const isOn = () => host.sandbox.book.autopay.FM4000264061;

    const pause = () => host.call('POST', '/v1/billers/1663/pause');
    const resume = () => host.call('POST', '/v1/billers/1663/resume');

    it('is a later word than a wish for it that still waits', async () => {
      await pay('returned-1');
      await pause();
      await host.call('PUT', autopay, { enabled: true });
      expect((await endsAutopay('returned-1')).status).to.equal(202);
      expect((await host.call('GET', autopay)).body).to.include({ enabled: false, state: 'queued' });
      await resume();
      await host.settled('/v1/billers/1663/payments/returned-1/return');
      expect(await host.settled(autopay)).to.include({ enabled: false, state: 'delivered' });
      expect(isOn()).to.equal(false);
    });
    it('and leaves a later wish, and one that was delivered, as they are', async () => {
      await host.call('PUT', autopay, { enabled: true });
      expect(await host.settled(autopay)).to.include({ enabled: true, state: 'delivered' });
      await pay('returned-2');
      await endsAutopay('returned-2');
      await host.settled('/v1/billers/1663/payments/returned-2/return');
      expect(isOn()).to.equal(false);
      expect((await host.call('GET', autopay)).body).to.include({ enabled: true, state: 'delivered' });
      await pause();
      await host.call('PUT', autopay, { enabled: true });
      await endsAutopay('returned-2'); // handed over again
      expect((await host.call('GET', autopay)).body).to.include({ enabled: true, state: 'queued' });
      await resume();
      expect(await host.settled(autopay)).to.include({ enabled: true, state: 'delivered' });
      expect(isOn()).to.equal(true);
    });
  });

  it('leaves no job behind', async () => {
    const { body } = await pay('without-a-job');
    const jobs = () => host.query("select from pgboss.job where data->>'deliveryId' = $1", [body.deliveryId]);
    while ((await jobs()).length) await wait(20);
    expect((await pay('without-a-job')).body.state).to.equal('delivered');
  });

  it("names the bank, or ACH where it isn't known", async () => {
    await pay('bank1', { method: 'ACH', bankName: 'First Example Bank' });
    await pay('bank2', { method: 'ACH' });
    const methods = host.sandbox.calls.map(({ body }) => (body.meta as { payment_method: string }).payment_method);
    expect(methods).to.deep.equal(['First Example Bank', 'ACH']);
  });

  it('same id and content is the same payment; other content a conflict', async () => {
    await pay('t2');
    expect((await pay('t2')).status).to.equal(200);
    const conflict = await pay('t2', { amount: '16.00' });
    expect([conflict.status, conflict.body.code]).to.deep.equal([409, 'transaction-conflict']);
    expect(onLedger('t2')).to.have.length(1);
  });

  it('of two at once with one id and other content one is held, and the other is told', async () => {
    for (let round = 0; round < 10; round++) {
      const amounts = ['15.00', '16.00'];
      const answers = await Promise.all(amounts.map((amount) => pay(`either-${round}`, { amount })));
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([202, 409]);
      const accepted = amounts[answers.findIndex(({ status }) => status === 202)];
      expect((await host.call('GET', `${path}/either-${round}`)).body.amount).to.equal(accepted);
    }
  });

  it('twenty at once with one id make one payment', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => pay('t3')));
    expect(answers.filter(({ status }) => status === 202)).to.have.length(1);
    expect(onLedger('t3')).to.have.length(1);
  });

  it('a partner that says no settles it as rejected, without a second try', async () => {
    const { body } = await pay('t4', { accountNumber: 'nobody' });
    expect(body).to.include({ state: 'rejected' });
    expect(body.partnerMessages).to.deep.equal(['policy_number not found']);
    expect(host.sandbox.calls).to.have.length(1);
  });

  for (const [name, fault] of [
    ['a reset before', { kind: 'reset' }],
    ['a reset after it was applied', { kind: 'reset-after' }],
    ['a 500', { kind: 'status', status: 500 }],
    ['a 429 with Retry-After', { kind: 'status', status: 429, retryAfter: 1 }],
    ['a truncated answer', { kind: 'truncate' }],
    ['HTML with 200', { kind: 'html' }],
  ] as const)
    it(`survives ${name}: once on the ledger`, async () => {
      host.sandbox.fault({ operation: PAY, ...fault });
      await pay(name);
      const body = await host.settled(`${path}/${encodeURIComponent(name)}`);
      expect(body).to.include({
        state: 'delivered',
        duplicate: fault.kind === 'reset-after' || fault.kind === 'truncate',
      });
      expect(body.attempts).to.have.length(2);
      expect(onLedger(name)).to.have.length(1);
    });

  it('records every attempt with its exchange, the key masked', async () => {
    const { body } = await pay('t5');
    const [exchange] = body.attempts[0].exchanges;
    expect(exchange).to.include({ operation: 'payments/make_payment_by_invoice_or_policy', status: 200 });
    expect(exchange.request).to.include('"api_key":"********"');
    expect(JSON.stringify(await host.query('select * from delivery_attempts'))).to.not.include('asdfghjkl');
  });

  it('a wrong key pauses its biller: one probe, the others burn no attempt, and all go on when it is right', async () => {
    const biller = '/v1/billers/wrong-key';
    await host.biller('wrong-key', { settings: { ...host.sandbox.biller.settings, '10': 'wrong' } });
    await host.call('POST', `${biller}/payments`, host.payment('k1'));
    const paused = await host.until(`${biller}/partner`, (answer) => answer.heldBack !== null);
    expect(paused.heldBack).to.include({ cause: 'misconfigured' });
    // Told once: in the audit, which the console reads, and as a metric.
    const told = async () =>
      (await host.call('GET', '/v1/audit?subject=wrong-key')).body.entries.filter(
        ({ actor }: { actor: string }) => actor !== 'api-token',
      );
    while ((await told()).length === 0) await new Promise((done) => setTimeout(done, 20));
    expect((await host.call('GET', '/metrics')).body).to.match(/news_total\{.*news="paused".*wrong-key.*\} 1/);
    for (const id of ['k2', 'k3', 'k4']) await host.call('POST', `${biller}/payments`, host.payment(id));
    await new Promise((done) => setTimeout(done, 1_000));
    const calls = host.sandbox.calls.length;
    for (const id of ['k2', 'k3', 'k4']) {
      const { body } = await host.call('GET', `${biller}/payments/${id}`);
      expect([body.state, body.attempts.length]).to.deep.equal(['queued', 0]);
    }
    expect(calls).to.equal(1);
    expect(await told()).to.have.length(1);
    expect((await told())[0]).to.include({ actor: 'host', action: 'biller.paused' });
    await host.biller('wrong-key');
    for (const id of ['k1', 'k2', 'k3', 'k4'])
      expect(await host.settled(`${biller}/payments/${id}`)).to.include({ state: 'delivered' });
    expect((await host.call('GET', `${biller}/partner`)).body).to.deep.equal({ heldBack: null });
  });

  it('a person settles what the host cannot, and all of it is audited', async () => {
    await host.biller('by-hand', { settings: { ...host.sandbox.biller.settings, '10': 'wrong' } });
    const { body } = await host.call('POST', '/v1/billers/by-hand/payments', host.payment('h1'));
    await host.until('/v1/billers/by-hand/partner', (answer) => answer.heldBack !== null);
    const settle = (more: object) => host.call('POST', `/v1/deliveries/${body.deliveryId}/settle`, more);
    expect((await settle({ state: 'delivered' })).body.errors[0]).to.include({ field: 'reason', code: 'missing' });
    const done = await settle({ state: 'delivered', reason: 'found at the partner', confirmationNumber: '77' });
    expect(done.body.state).to.equal('delivered');
    expect((await host.call('GET', '/v1/billers/by-hand/payments/h1')).body).to.include({
      ...{ state: 'delivered', confirmationNumber: '77', reason: 'found at the partner' },
    });
    expect((await settle({ state: 'rejected', reason: 'x' })).body.code).to.equal('not-settleable');
    const { entries } = (await host.call('GET', `/v1/audit?subject=${body.deliveryId}`)).body;
    expect(entries[0]).to.deep.include({ action: 'delivery.settle', reason: 'found at the partner' });
    expect(entries).to.have.length(1);
  });

  it('a return follows its payment with the confirmation number', async () => {
    host.sandbox.fault({ operation: PAY, kind: 'delay', delayMs: 500 });
    await pay('t6', {}, { prefer: '' });
    const { status } = await host.call('POST', `${path}/t6/return`, { code: 'R01', returnedOn: '2026-11-25' });
    expect(status).to.equal(202);
    expect(await host.settled(`${path}/t6/return`)).to.include({ state: 'delivered' });
    const [entry] = onLedger('t6');
    expect(entry?.returned).to.equal(true);
    expect(host.sandbox.calls.find(({ operation }) => operation === 'mark_payment_nsf')?.body).to.deep.equal({
      payment_date: '2026-11-24',
      confirmation_number: entry?.confirmationNumber,
      policy_number: 'FM4000264061',
      amount: 15,
      invoice_number: 'f2fa7664-a055-4780-bf51-2b33f0889d42',
      disable_auto_pay: false,
    });
  });

  it('a return of a payment that is not held is refused', async () => {
    const { body } = await host.call('POST', `${path}/none/return`, { code: 'R01', returnedOn: '2026-11-25' });
    expect(body.code).to.equal('payment-not-found');
  });

  for (const kind of ['paperless', 'autopay'] as const)
    it(`${kind} switched five times ends on the last value`, async () => {
      const at = `/v1/billers/1663/accounts/FM4000264061/enrollments/${kind}`;
      host.sandbox.fault({ operation: '*', kind: 'delay', delayMs: 300 });
      for (const enabled of [true, false, true, true, false])
        expect((await host.call('PUT', at, { enabled })).body).to.include({ enabled, state: 'queued' });
      expect(await host.settled(at)).to.include({ enabled: false, state: 'delivered' });
      await new Promise((done) => setTimeout(done, 400));
      expect(host.sandbox.book[kind].FM4000264061).to.equal(false);
    });

  it('speaks the legacy generation, in its own spelling', async () => {
    await host.biller('legacy', { options: { generation: 'legacy' } });
    const at = '/v1/billers/legacy/accounts/FM4000264061/enrollments/paperless';
    await host.call('PUT', at, { enabled: true });
    await host.settled(at);
    expect(host.sandbox.calls).to.deep.include({
      operation: 'invoice_cloud_supress_insured_deliverable_printings',
      body: { accountNumber: 'FM4000264061', enable: true },
    });
  });

  it('an operator retries and cancels', async () => {
    const rejected = (await host.call('GET', '/v1/deliveries?state=rejected')).body.deliveries[0];
    const retried = await host.call('POST', `/v1/deliveries/${rejected.id}/retry`);
    expect(retried.body.state).to.equal('queued');
    await host.until('/v1/deliveries?state=rejected', (body) =>
      body.deliveries.some((row: { id: string }) => row.id === rejected.id),
    );
    await host.biller('waits', { settings: { ...host.sandbox.biller.settings, '10': 'wrong' } });
    await host.call('POST', '/v1/billers/waits/payments', host.payment('w1'));
    await host.until('/v1/billers/waits/partner', (answer) => answer.heldBack !== null);
    const waiting = (await host.call('GET', '/v1/deliveries?state=queued&biller=waits')).body.deliveries[0];
    expect((await host.call('POST', `/v1/deliveries/${waiting.id}/cancel`)).body.state).to.equal('cancelled');
    expect((await host.call('POST', `/v1/deliveries/${waiting.id}/cancel`)).body.code).to.equal('not-cancellable');
  });

  it('a payment that its bank has returned is not sent again, unless its return is called off', async () => {
    const id = randomUUID();
    await host.call('POST', '/v1/billers/1663/payments', { ...host.payment(id), accountNumber: 'none' });
    const { deliveryId } = (await host.settled(`/v1/billers/1663/payments/${id}`)) as { deliveryId: string };
    const path = `/v1/billers/1663/payments/${id}/return`;
    await host.call('POST', path, { code: 'R01', returnedOn: '2026-11-24' });
    const returned = (await host.settled(path)) as { deliveryId: string; state: string };
    expect(returned.state, 'the partner never had the payment').to.equal('parked');
    const refused = await host.call('POST', `/v1/deliveries/${deliveryId}/retry`);
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'payment-returned']);
    for (const call of [
      { path: 'cancel', body: undefined },
      { path: 'settle', body: { state: 'rejected', reason: 'it was another’s' } },
    ]) {
      expect(
        (await host.call('POST', `/v1/deliveries/${returned.deliveryId}/${call.path}`, call.body)).status,
      ).to.equal(200);
      expect((await host.call('POST', `/v1/deliveries/${deliveryId}/retry`)).body.state).to.equal('queued');
      expect(await host.settled(`/v1/billers/1663/payments/${id}`)).to.include({ state: 'rejected' });
    }
  });

  for (const [name, doubt] of [
    ['an attempt ended in the unknown', "doubtful_until = now() - interval '1 hour'"],
    ['the worker was lost that attempted it', 'lease_token = gen_random_uuid()'],
    [
      'the worker is being lost that attempts it',
      "lease_token = gen_random_uuid(), lease_until = now() - interval '1 s'",
    ],
  ] as const)
    it(`what the partner may have is not cancelled: ${name}`, async () => {
      await host.biller('doubts', { settings: { ...host.sandbox.biller.settings } });
      await host.call('POST', '/v1/billers/doubts/pause');
      const id = randomUUID();
      await host.call('POST', '/v1/billers/doubts/payments', host.payment(id));
      const { deliveryId } = (await host.call('GET', `/v1/billers/doubts/payments/${id}`)).body;
      await host.query(`update deliveries set ${doubt} where id = '${deliveryId}'`);
      const refused = await host.call('POST', `/v1/deliveries/${deliveryId}/cancel`);
      expect([refused.status, refused.body.code]).to.deep.equal([409, 'outcome-unknown']);
      const { explanation } = (await host.call('GET', `/v1/deliveries/${deliveryId}?explain=true`)).body;
      expect(explanation.reasons.map(({ rule }: { rule: string }) => rule)).to.include('doubt');
      const settled = { state: 'rejected', reason: 'it is not there' };
      expect((await host.call('POST', `/v1/deliveries/${deliveryId}/settle`, settled)).body.state).to.equal('rejected');
    });
});
