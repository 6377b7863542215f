import { expect } from 'chai';
import { stub } from 'sinon';
import { BillerScopes } from '../../src/adapters/biller-scopes.js';
import { explainDelivery } from '../../src/explain/explain-delivery.js';
import type { Explanation } from '../../src/explain/explanation.js';
import { TestHost } from '../host-fixture.js';

const PAY = 'make_payment_by_invoice_or_policy';
const rules = ({ reasons }: Explanation): string[] => reasons.map(({ rule }) => rule);

describe('why, in words', function () {
  this.timeout(60_000);
  let host: TestHost;
  before(async () => {
    host = await TestHost.start();
    await host.biller('1663');
  });
  after(() => host.close());

  const lookUp = async (account: string, billerId = '1663') =>
    (await host.call('POST', `/v1/billers/${billerId}/accounts/${account}/refresh?explain=true`)) as {
      status: number;
      body: { explanation: Explanation; code?: string };
    };

  it('a customer who can pay: what was asked, that nothing blocks, each invoice', async () => {
    const { accountNumber, invoiceNumber } = host.sandbox.example;
    const first = (await lookUp(accountNumber)).body.explanation;
    expect(first.summary).to.match(/^This customer can pay \d+ invoices?\.$/);
    expect(rules(first)).to.include.members(['asked', 'not-blocked', 'new']);
    const block = first.reasons.find(({ rule }) => rule === 'not-blocked');
    expect(first.exchanges[block?.exchange ?? -1]?.operation).to.equal('policies/retrieve_policy');
    expect(block).to.include({ value: 'false, Active' });
    const second = (await lookUp(accountNumber)).body.explanation;
    expect(second.reasons.find(({ field }) => field === invoiceNumber)).to.include({ rule: 'unchanged' });
    await host.call('POST', '/v1/billers/1663/payments', { ...host.payment('e-0'), amount: '1.00' });
    await host.settled('/v1/billers/1663/payments/e-0');
    const third = (await lookUp(accountNumber)).body.explanation;
    expect(third.reasons.find(({ field }) => field === invoiceNumber)?.says).to.match(
      /its balance was \d+\.\d\d and is \d+\.\d\d/,
    );
  });

  it('a customer who is blocked: the rule, the fields, the values, the exchange', async () => {
    const { explanation } = (await lookUp('FM400001115')).body;
    expect(explanation.summary).to.equal(
      "This customer can't pay: Poor Payment History is set and the policy is Cancellation Pending.",
    );
    const reason = explanation.reasons.find(({ rule }) => rule === 'blocked');
    expect(reason?.field).to.equal('system_tags[Poor Payment History].value, active_revision.policy_status');
    expect(reason?.value).to.equal('true, Active, Cancellation Pending');
    expect(explanation.exchanges[reason?.exchange ?? -1]?.response).to.contain('Poor Payment History');
  });

  it('an account that the partner does not know', async () => {
    const { status, body } = await lookUp('no-such');
    expect([status, body.code]).to.deep.equal([404, 'account-not-found']);
    expect(body.explanation.summary).to.equal('The partner does not know this account.');
    expect(rules(body.explanation)).to.include.members(['asked', 'partner-not-found', 'partner-message']);
  });

  it('a partner that can’t be asked: what is held is told, and what to do', async () => {
    const { accountNumber } = host.sandbox.example;
    host.sandbox.fault({ operation: 'retrieve_policy', kind: 'status', status: 500, times: 10 });
    const { explanation } = (await lookUp(accountNumber)).body;
    expect(explanation.summary).to.match(/^The partner could not be asked; what it told at \d{4}-/);
    expect(explanation.reasons.map(({ says }) => says).join(' ')).to.contain('This customer can pay');
    host.sandbox.clearFaults();
  });

  it('an adapter that fails by a mistake of its own says so, and nothing is made up', async () => {
    const scopes = host.host.container.get<BillerScopes>(BillerScopes);
    const failing = { lookUp: () => Promise.reject(new TypeError('undefined is no function')) };
    const contract = stub(scopes, 'contract').resolves(failing as never);
    const { status, body } = await lookUp(host.sandbox.example.accountNumber);
    contract.restore();
    expect([status, body.code, body.explanation]).to.deep.equal([502, 'adapter-failed', undefined]);
  });

  it('no secret is in it', async () => {
    const key = 'a key that echoes';
    await host.biller('1664', { settings: { ...host.sandbox.biller.settings, '10': key } });
    const { body } = await lookUp(host.sandbox.example.accountNumber, '1664');
    expect(JSON.stringify(body)).not.to.contain(key);
    expect(body.explanation.exchanges.length).to.be.above(0);
  });

  it('a delivery: delivered, rejected, waiting, held back; with its attempts', async () => {
    const explained = async (transactionId: string) => {
      const list = await host.call('GET', `/v1/deliveries?q=${transactionId}`);
      const { id } = list.body.deliveries[0];
      return (await host.call('GET', `/v1/deliveries/${id}?explain=true`)).body.explanation as Explanation;
    };
    await host.call('POST', '/v1/billers/1663/payments', host.payment('e-1'));
    await host.settled('/v1/billers/1663/payments/e-1');
    const delivered = await explained('e-1');
    expect(delivered.summary).to.match(/^The partner has this payment, by its number /);
    expect(rules(delivered)).to.deep.equal(['delivered-once', 'accepted', 'delivered']);

    await host.call('POST', '/v1/billers/1663/payments', {
      ...host.payment('e-2'),
      accountNumber: 'none',
      invoiceNumber: 'none',
    });
    await host.settled('/v1/billers/1663/payments/e-2');
    const rejected = await explained('e-2');
    expect(rejected.summary).to.match(/^The partner refused this payment: /);
    expect(rejected.reasons[0]?.rule).to.equal('rejection-is-final');

    await host.call('POST', '/v1/billers/1663/pause', { reason: 'their maintenance' });
    await host.call('POST', '/v1/billers/1663/payments', host.payment('e-3'));
    const held = await explained('e-3');
    expect(held.summary).to.equal(
      'This payment waits, since its biller is held back: a person paused it (their maintenance).',
    );
    await host.call('POST', '/v1/billers/1663/resume', {});
    await host.settled('/v1/billers/1663/payments/e-3');

    host.sandbox.fault({ operation: PAY, kind: 'status', status: 503, times: 1 });
    await host.call('POST', '/v1/billers/1663/payments', host.payment('e-4'));
    await host.settled('/v1/billers/1663/payments/e-4');
    expect(
      (await explained('e-4')).reasons.filter(({ rule }) => rule === 'unavailable' || rule === 'unknown-outcome'),
    ).to.have.length(1);
  });

  it('a payment that was returned says so, and a return which payment it waits for', async () => {
    const seen = async (path: string) => {
      const { deliveryId } = (await host.call('GET', path)).body;
      return (await host.call('GET', `/v1/deliveries/${deliveryId}?explain=true`)).body;
    };
    await host.call('POST', '/v1/billers/1663/payments', host.payment('e-5'));
    const [payment, back] = ['/v1/billers/1663/payments/e-5', '/v1/billers/1663/payments/e-5/return'] as const;
    await host.settled(payment);
    expect((await seen(payment)).counterpart).to.equal(null);
    await host.call('POST', back, { code: 'R01', returnedOn: '2026-11-24' });
    await host.settled(back);
    const paid = await seen(payment);
    expect(paid.counterpart).to.deep.include({ kind: 'return', state: 'delivered' });
    expect((paid.explanation as Explanation).reasons[1]).to.include({
      ...{ rule: 'returned', field: 'code', value: 'R01' },
      says: 'Its bank returned it on 2026-11-24 (R01): the partner was told so.',
    });
    expect((await seen(back)).counterpart).to.deep.include({ kind: 'payment', state: 'delivered' });
    await host.query(
      `update deliveries set state = 'queued', next_attempt_at = now() + interval '1 hour' where key = 'e-5'`,
    );
    expect((await seen(back)).explanation.summary).to.equal(
      'This return waits until its payment has ended, which itself still waits.',
    );
    await host.query(`update deliveries set state = 'parked' where key = 'e-5'`);
    for (const path of [payment, back])
      expect((await seen(path)).explanation.reasons[1].says)
        .to.match(/^Look for it|^Look for its payment/)
        .and.match(/settle both as rejected/);
    const { deliveryId } = (await host.call('GET', back)).body;
    await host.call('POST', `/v1/deliveries/${deliveryId}/settle`, { state: 'rejected', reason: 'another’s' });
    const says = (await seen(payment)).explanation.reasons.map((reason: { says: string }) => reason.says);
    expect(says[1]).to.include('or send it again');
    expect(says[2]).to.equal('Its bank returned it on 2026-11-24 (R01): that was called off here.');
  });

  it('a parked delivery says what a person is to do, and an old doubt is told', () => {
    const now = new Date('2026-11-25T12:00:00Z');
    const delivery = {
      ...{ id: 'i', biller_id: 'b', kind: 'payment', key: 'k', state: 'parked', request: {}, version: 1, attempts: 1 },
      result: { reason: 'the outcome is unknown and this partner cannot be asked or told again', code: 'etimedout' },
      ...{ lease_token: null, lease_until: null, next_attempt_at: null, doubtful_until: null, accepted_by: null },
      ...{ created_at: now, updated_at: now },
    } as never;
    const parked = explainDelivery({ delivery, attempts: [], heldBack: undefined, audit: [], now });
    expect(parked.summary).to.match(/^This payment needs a person: the outcome is unknown/);
    expect(rules(parked)).to.include('what-to-do');
    const queued = {
      ...(delivery as object),
      state: 'queued',
      result: {},
      doubtful_until: new Date(+now + 30_000),
      next_attempt_at: new Date(+now + 5_000),
    } as never;
    const waiting = explainDelivery({ delivery: queued, attempts: [], heldBack: undefined, audit: [], now });
    expect(rules(waiting).slice(0, 2)).to.deep.equal(['backoff', 'doubt']);
  });

  it('anything but true and false is refused', async () => {
    const { status, body } = await host.call('POST', '/v1/billers/1663/accounts/a/refresh?explain=yes');
    expect([status, body.code]).to.deep.equal([400, 'bad-parameter']);
  });
});
