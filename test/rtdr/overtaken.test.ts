import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';

/** Of a host that stands still, or whose partner is slow, what it was told may be older than what another has kept since. */
describe('a refresh that another host overtakes', () => {
  const ACCOUNT = 'FM4000264061';
  const path = `/v1/billers/1663/accounts/${ACCOUNT}`;
  let slow: TestHost;
  let quick: TestHost;

  before(async () => {
    slow = await TestHost.start();
    quick = await TestHost.start({ databaseUrl: slow.databaseUrl });
    await slow.biller();
  });
  after(async () => {
    await quick.close();
    await slow.close();
  });

  const refresh = (host: TestHost) => host.call('POST', `${path}/refresh`);
  const lookUps = () => slow.sandbox.calls.filter(({ operation }) => operation === 'get_invoices').length;
  const setBalance = (cents: number): void => {
    const invoice = slow.sandbox.book.policyOf(ACCOUNT)?.invoices[0];
    if (!invoice) throw new Error('no such invoice');
    invoice.balance = cents;
  };

  /** With the account known both calls go out at once: the invoices are told as they are then, the policy is waited for. */
  async function beginSlowly(delayMs: number, cents: number): Promise<{ answer: ReturnType<typeof refresh> }> {
    await refresh(slow);
    slow.sandbox.calls.length = 0;
    slow.sandbox.fault({ operation: 'retrieve_policy', kind: 'delay', delayMs });
    setBalance(cents);
    const answer = refresh(slow);
    while (lookUps() === 0) await wait(5);
    await wait(50);
    return { answer };
  }

  async function expectHeld(balanceDue: string): Promise<void> {
    expect((await quick.call('GET', path)).body.invoices[0]).to.include({ balanceDue });
    const feed = await slow.query('select balance_due from changes order by xid, seq');
    expect(feed.at(-1)).to.deep.equal({ balance_due: String(Number(balanceDue) * 100) });
  }

  it('asks once more, and keeps nothing old', async () => {
    const { answer } = await beginSlowly(500, 4_100);
    setBalance(0);
    expect((await refresh(quick)).body.changes).to.have.length(1);
    const { body } = await answer;
    expect(body).to.deep.include({ stale: false, changes: [] });
    expect(body.invoices[0]).to.include({ balanceDue: '0.00' });
    expect(lookUps()).to.equal(3);
    await expectHeld('0.00');
  });

  it('asks no more where the other was told the same', async () => {
    const { answer } = await beginSlowly(500, 4_200);
    expect((await refresh(quick)).body.changes).to.have.length(1);
    expect((await answer).body).to.deep.include({ stale: false, changes: [] });
    expect(lookUps()).to.equal(2);
    await expectHeld('42.00');
  });

  it('is shared by who asks at the same moment, and not by who asks later', async () => {
    const { answer } = await beginSlowly(1_500, 4_300);
    const shared = refresh(slow);
    await wait(550);
    expect(lookUps()).to.equal(1);
    setBalance(0);
    const later = await Promise.race([refresh(slow), answer]);
    expect(later.body.invoices[0]).to.include({ balanceDue: '0.00' });
    expect(lookUps()).to.equal(2);
    expect((await answer).body.invoices).to.deep.equal(later.body.invoices);
    expect((await shared).body).to.deep.equal((await answer).body);
    await expectHeld('0.00');
  });
});
