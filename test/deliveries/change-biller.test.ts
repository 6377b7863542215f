import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';

const PAY = 'make_payment_by_invoice_or_policy';
const BILLER = '/v1/billers/1663';

describe('a biller that goes to another adapter', function () {
  this.timeout(60_000);
  let host: TestHost;
  let other: TestHost;
  beforeEach(async () => {
    host = await TestHost.start();
    other = await TestHost.start({ databaseUrl: host.databaseUrl });
    await host.biller();
  });
  afterEach(async () => {
    await other.close();
    await host.close();
  });

  const goElsewhere = () => {
    const settings = { baseUrl: 'http://127.0.0.1:9', user: 'u', password: 'p' };
    return host.call('PUT', BILLER, { name: 'b', guid: 'g', adapter: 'tryton', settings });
  };
  const adapter = async (): Promise<string> => (await host.query('select adapter from billers'))[0]?.adapter as string;

  it('is refused while a payment may have reached its partner, whether it waits for a worker or for a person', async () => {
    await host.call('POST', `${BILLER}/pause`, { reason: 'test' });
    const { deliveryId } = (await host.call('POST', `${BILLER}/payments`, host.payment('t'))).body;
    for (const doubt of ['doubtful_until = now()', `state = 'parked'`, `doubtful_until = null, lease_token = id`]) {
      await host.query(`update deliveries set ${doubt}`);
      const { status, body } = await goElsewhere();
      expect([status, body.code], doubt).to.deep.equal([409, 'deliveries-in-doubt']);
    }
    expect((await host.biller('1663', { name: 'its own' })).status, 'any other change').to.equal(200);
    await host.call('POST', `/v1/deliveries/${deliveryId}/settle`, { state: 'delivered', reason: 'it is there' });
    expect((await goElsewhere()).status).to.equal(200);
    expect(await adapter()).to.equal('tryton');
    expect((await host.call('GET', `${BILLER}/partner`)).body.heldBack).to.include({ code: 'paused-by-hand' });
  });

  it('lets what is under way end first, and sends nothing more to its partner by any host', async () => {
    await other.call('POST', `${BILLER}/payments`, host.payment('before'));
    expect(await other.settled(`${BILLER}/payments/before`)).to.include({ state: 'delivered' });
    host.sandbox.fault({ operation: PAY, kind: 'delay', delayMs: 700 });
    await host.call('POST', `${BILLER}/payments`, host.payment('under-way'));
    while (!host.sandbox.calls.some(({ body }) => body.payment_transaction_id === 'under-way')) await wait(5);
    const changed = goElsewhere();
    // The other host knows the biller as it was, and remembers it for a second.
    while ((await adapter()) !== 'tryton') await other.call('GET', BILLER);
    for (let more = 0; more < 5; more++) await other.call('POST', `${BILLER}/payments`, host.payment(`after-${more}`));
    expect((await changed).status).to.equal(200);
    expect(await other.settled(`${BILLER}/payments/under-way`)).to.include({ state: 'delivered' });
    const first = await other.until(`${BILLER}/payments/after-0`, ({ attempts }) => attempts.length > 0);
    expect(first.state).to.equal('queued');
    const ledger = host.sandbox.book.ledger.map(({ transactionId }) => transactionId);
    expect(ledger).to.deep.equal(['before', 'under-way']);
    expect((await host.call('GET', `${BILLER}/partner`)).body.heldBack).to.equal(null);
  });

  it('is not held back for good where its host ended as it was changed', async () => {
    await host.query(`insert into partner_states (biller_id, cause, code, detail, blocked_since, blocked_until)
      values ('1663', 'by-hand', 'adapter-changing', '', now() - interval '1 minute', now())`);
    await host.call('POST', `${BILLER}/payments`, host.payment('t'));
    expect(await host.settled(`${BILLER}/payments/t`)).to.include({ state: 'delivered' });
    expect((await host.call('GET', `${BILLER}/partner`)).body.heldBack).to.equal(null);
  });
});
