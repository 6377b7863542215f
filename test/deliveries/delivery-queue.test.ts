import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { TestHost } from '../host-fixture.js';

describe('the delivery queue', function () {
  this.timeout(30_000);

  it('removes no job while those under way are touched: the two would wait for one another’s rows', async () => {
    const host = await TestHost.start();
    const [slow, quick] = ['slow', 'quick'].map((biller) => `/v1/billers/${biller}/payments`) as [string, string];
    for (const biller of ['slow', 'quick']) await host.biller(biller);
    const fault = { operation: 'make_payment_by_invoice_or_policy', kind: 'delay', delayMs: 8_000, times: 1 } as const;
    host.sandbox.fault(fault);
    await host.call('POST', slow, host.payment('p'));
    await host.until(`${slow}/p`, () => host.sandbox.calls.length === 1);
    const other = new pg.Client(host.databaseUrl);
    await other.connect();
    await other.query('begin');
    await other.query('select from pgboss.job for update');
    const touching = `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%SET heartbeat_on%'`;
    while ((await host.query(touching)).length === 0) await wait(50);

    await host.call('POST', quick, host.payment('p'));
    expect(await host.settled(`${quick}/p`)).to.include({ state: 'delivered' });
    await wait(300);
    const jobs = 'select from pgboss.job';
    expect(await host.query(jobs)).to.have.length(2);

    await other.query('commit');
    await other.end();
    while ((await host.query(jobs)).length === 2) await wait(20);
    expect(await host.settled(`${slow}/p`)).to.include({ state: 'delivered' });
    while ((await host.query(jobs)).length) await wait(20);
    await host.close();
  });
});
