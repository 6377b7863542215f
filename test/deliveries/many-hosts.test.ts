import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { PartnerPaces } from '../../src/egress/partner-pace.js';
import { openDatabase } from '../../src/store/database.js';
import { newDatabase, TestHost } from '../host-fixture.js';

const PAY = 'make_payment_by_invoice_or_policy';

describe('limits of a biller, on two hosts that share a database', function () {
  this.timeout(60_000);

  it('never more under way than its concurrency', async () => {
    const databaseUrl = await newDatabase();
    const one = await TestHost.start({ databaseUrl, masterKey: 'shared' });
    const two = await TestHost.start({ databaseUrl, masterKey: 'shared' });
    await one.biller('1663', { settings: { ...one.sandbox.biller.settings }, options: { concurrency: 2 } });
    one.sandbox.fault({ operation: PAY, kind: 'delay', delayMs: 150, times: 100 });
    let most = 0;
    let paying = true;
    const watch = (async () => {
      while (paying) {
        const [row] = await one.query('select count(*)::int as n from deliveries where lease_until is not null');
        most = Math.max(most, Number(row?.n));
        await wait(10);
      }
    })();
    for (let index = 0; index < 12; index++)
      await one.call('POST', '/v1/billers/1663/payments', one.payment(`c${index}`));
    for (let index = 0; index < 12; index++)
      expect(await one.settled(`/v1/billers/1663/payments/c${index}`)).to.include({ state: 'delivered' });
    paying = false;
    await watch;
    expect(most).to.equal(2);
    await two.close();
    await one.close();
  });

  it('never more calls a second than its rate', async () => {
    const databaseUrl = await newDatabase();
    const databases = [await openDatabase(databaseUrl), await openDatabase(databaseUrl)];
    const paces = databases.map((database) => new PartnerPaces(database).of('b', 40));
    const { signal } = new AbortController();
    const times: number[] = [];
    const call = async (index: number): Promise<void> => {
      await paces[index % 2]?.({ signal });
      times.push(performance.now());
    };
    await Promise.all(Array.from({ length: 60 }, (_, index) => call(index)));
    times.sort((a, b) => a - b);
    // Sixty calls at forty a second: the burst and what is reserved ahead come off the first second and a half.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).to.be.above(1_000);
    for (const database of databases) await database.close();
  });

  it('no call waits until the database’s clock is again where it was when it was set back', async () => {
    const database = await openDatabase(await newDatabase());
    await database.pool.query(`insert into partner_paces values ('b', clock_timestamp() + interval '1 hour')`);
    const pace = new PartnerPaces(database).of('b', 40);
    const asked = performance.now();
    await pace({ signal: AbortSignal.timeout(5_000) });
    expect(performance.now() - asked).to.be.below(1_000);
    await database.close();
  });
});

describe('more billers at once than the database has connections', function () {
  this.timeout(60_000);
  it('all are delivered by a host that knows none of them yet', async () => {
    const databaseUrl = await newDatabase();
    const front = await TestHost.start({ databaseUrl, masterKey: 'shared', role: 'api' });
    const billers = Array.from({ length: 60 }, (_, index) => `b${index}`);
    for (const biller of billers) {
      await front.biller(biller);
      await front.call('POST', `/v1/billers/${biller}/payments`, front.payment(`of-${biller}`));
    }
    const worker = await TestHost.start({ databaseUrl, masterKey: 'shared', role: 'worker' });
    for (const biller of billers)
      expect(await front.settled(`/v1/billers/${biller}/payments/of-${biller}`)).to.include({ state: 'delivered' });
    await worker.close();
    await front.close();
  });
});
