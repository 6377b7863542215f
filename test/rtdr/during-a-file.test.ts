import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { TAKE_TURNS } from '../../src/store/file-turn.js';
import { TestHost } from '../host-fixture.js';

describe('an account of a biller whose file is being applied', () => {
  const ACCOUNT = 'FM4000264061';
  let host: TestHost;
  let file: pg.Client;
  const path = `/v1/billers/1663/accounts/${ACCOUNT}`;

  before(async () => {
    host = await TestHost.start();
    await host.biller();
    file = new pg.Client(host.databaseUrl);
    await file.connect();
  });
  after(async () => {
    await file.end();
    await host.close();
  });

  it('is told as its partner says, without a wait, and kept when the file is done', async () => {
    await file.query('begin');
    await file.query(TAKE_TURNS, ['1663']);
    const { status, body } = await host.call('POST', `${path}/refresh`);
    expect(status).to.equal(200);
    expect(body).to.include({ stale: false, partnerAccountId: '88713b24-0589-404c-9eae-e0419560c90f' });
    expect(body.changes.map(({ recordType }: { recordType: string }) => recordType)).to.deep.equal(['N', 'N']);
    expect(body.invoices[0]).to.include({ totalAmountDue: '115.00', status: 'active' });
    expect((await host.call('GET', path)).body).to.include({ code: 'account-not-held' });

    await file.query('commit');
    const held = await host.until(path, ({ invoices }) => invoices?.length === 2);
    expect(held.invoices).to.deep.equal(body.invoices);
    const { body: again } = await host.call('POST', `${path}/refresh`);
    expect(again.changes).to.deep.equal([]);
    const changes = await host.query('select change, source from changes');
    expect(changes).to.deep.equal(Array(2).fill({ change: 'created', source: 'refresh' }));
  });

  it('keeps what was told later, by whichever host', async () => {
    const policy = host.sandbox.book.policyOf(ACCOUNT);
    if (!policy) throw new Error('no such policy');
    const { partnerAccountId } = (await host.call('POST', `${path}/refresh`)).body;
    await file.query('begin');
    await file.query(TAKE_TURNS, ['1663']);
    policy.id = 'told-first';
    expect((await host.call('POST', `${path}/refresh`)).body).to.include({ partnerAccountId: 'told-first' });
    policy.id = partnerAccountId;
    await host.query('update accounts set refreshed_at = clock_timestamp()'); // as another host does it
    await file.query('commit');
    await wait(2_500);
    expect((await host.call('GET', path)).body).to.include({ partnerAccountId });
  });
});
