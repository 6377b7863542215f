import { expect } from 'chai';
import pg from 'pg';
import sinon from 'sinon';
import { Billers } from '../../src/billers/billers.js';
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

describe('what is remembered of a biller', () => {
  let host: TestHost;
  before(async () => {
    host = await TestHost.start();
    await host.biller();
  });
  after(() => host.close());

  it('is not what was read just before it was changed', async () => {
    const billers = host.host.container.get(Billers);
    const box = host.host.container.get(SECRET_BOX);
    billers.forget('1663');
    let goOn: () => void = () => undefined;
    const prepare = sinon.stub(box, 'prepare').callsFake(() => new Promise((done) => (goOn = done)));
    const read = billers.get('1663');
    while (prepare.callCount === 0) await new Promise((done) => setTimeout(done, 1));
    prepare.restore();
    await host.biller('1663', { name: 'changed' });
    billers.forget('1663'); // what the answer has read of it
    goOn();
    expect((await read).name).to.not.equal('changed');
    expect((await billers.get('1663')).name).to.equal('changed');
  });

  it('has another revision with each change, also of two in the same moment', async () => {
    const billers = host.host.container.get(Billers);
    const revision = async () => Date.parse((await billers.get('1663')).revision);
    await host.query(`update billers set updated_at = '2100-01-01'`); // as a clock ahead of all others has it
    billers.forget('1663');
    const before = await revision();
    await host.biller('1663', { name: 'one more' });
    expect((await revision()) - before).to.equal(1);
  });
});

describe('a biller that two people change', () => {
  let host: TestHost;
  const put = (name: string, headers: Record<string, string>, billerId = '1663') => {
    const { billerId: _, ...biller } = host.sandbox.biller;
    return host.call('PUT', `/v1/billers/${billerId}`, { ...biller, adapter: 'britecore', name }, headers);
  };
  const tagOf = ({ headers }: { headers: Headers }): string => headers.get('etag') ?? '';
  before(async () => {
    host = await TestHost.start();
    await host.biller();
  });
  after(() => host.close());

  it('is changed by who read it last, and the other is told', async () => {
    const read = tagOf(await host.call('GET', '/v1/billers/1663'));
    const first = await put('first', { 'if-match': read });
    expect([first.status, tagOf(first) !== read]).to.deep.equal([200, true]);
    const second = await put('second', { 'if-match': read });
    expect([second.status, second.body.code]).to.deep.equal([412, 'biller-changed']);
    const now = await host.call('GET', '/v1/billers/1663');
    expect([now.body.name, tagOf(now)]).to.deep.equal(['first', tagOf(first)]);
    expect((await put('second', { 'if-match': `"other", W/${tagOf(now)}` })).status).to.equal(200);
    expect((await put('third', { 'if-match': '*' })).status).to.equal(200);
    expect((await put('whoever asks for nothing', {})).status).to.equal(200);
  });

  it('is made once where it must not be there, however many make it', async () => {
    const none = { 'if-none-match': '*' };
    const made = await Promise.all(['a', 'b', 'c', 'd'].map((name) => put(name, none, 'made')));
    const codes = made.map(({ status, body }) => (status === 412 ? body.code : status)).sort();
    expect(codes).to.deep.equal([201, 'biller-exists', 'biller-exists', 'biller-exists']);
    const absent = await put('x', { 'if-match': '*' }, 'not-there');
    expect([absent.status, absent.body.code]).to.deep.equal([412, 'biller-changed']);
    expect((await host.call('GET', '/v1/billers/not-there')).status).to.equal(404);
  });
});
