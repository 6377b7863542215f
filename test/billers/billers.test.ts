import { expect } from 'chai';
import pg from 'pg';
import { SECRET_BOX } from '../../src/billers/secret-box.js';
import { TestHost } from '../host-fixture.js';

describe('a biller whose invoices are being written', function () {
  this.timeout(30_000);
  let host: TestHost;
  let importing: pg.Client;

  before(async () => {
    host = await TestHost.start();
    await host.biller();
    importing = new pg.Client(host.databaseUrl);
    await importing.connect();
    // As an import does, for as long as its file takes: the biller's row is locked, so that it can't go.
    await importing.query(`begin; insert into invoices (biller_id, invoice_number, account_number, invoice_date,
      invoice_due_date, total_amount_due, balance_due, invoice_type_id, status, details)
      values ('1663', 'i', 'a', '2026-01-01', '2026-02-01', 1, 1, 164, 'active', '{}')`);
  });
  after(async () => {
    await importing.end();
    await host.close();
  });

  it('is changed without a wait', async () => {
    expect((await host.biller('1663', { name: 'another' })).body.name).to.equal('another');
  });

  it('has its secrets sealed anew without a wait', async () => {
    expect(await host.host.container.get(SECRET_BOX).rotateDataKey('test')).to.be.above(0);
  });
});
