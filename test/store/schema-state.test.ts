import { expect } from 'chai';
import { newEmptyDatabase, TestHost } from '../host-fixture.js';

const LATER = '900-of-a-later-version';

describe('tables that a later version has made', function () {
  this.timeout(60_000);
  let host: TestHost;
  let databaseUrl: string;

  before(async () => {
    databaseUrl = await newEmptyDatabase();
    host = await TestHost.start({ databaseUrl });
    await host.query('insert into kysely_migration select $1, max(timestamp) from kysely_migration', [LATER]);
  });
  after(() => host.close());

  it('serve a host of the version before, which starts and delivers', async () => {
    const before = await TestHost.start({ databaseUrl });
    await before.biller();
    await before.call('POST', '/v1/billers/1663/payments', before.payment('back-again'));
    expect(await before.settled('/v1/billers/1663/payments/back-again')).to.include({ state: 'delivered' });
    const { checks } = (await before.call('GET', '/v1/doctor')).body;
    const told = checks.find(({ what }: { what: string }) => what === 'migrations');
    expect(told).to.include({ state: 'ok' });
    expect(told.detail).to.contain(LATER);
    await before.close();
  });

  it('say so where hosts of the version before can’t work with them', async () => {
    await host.query('update least_migration set name = $1', [LATER]);
    const error = await TestHost.start({ databaseUrl }).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(error?.message).to.match(/later version \(900-of-a-later-version\), which this one can’t work with/);
  });
});
