import { expect } from 'chai';
import { newDatabase, TestHost } from '../host-fixture.js';
import { IDLE_SINK, writtenAdapter } from '../written-adapter.js';

const SECRET = 'not-for-anybody';
const contracts = [{ name: 'enrollment-sink', version: '1' }];
const manifest = (secret: boolean) =>
  writtenAdapter(IDLE_SINK, { contracts, settings: [{ key: 'token', title: 'Token', type: 'text', secret }] });

describe('a setting that its adapter calls a secret only by now', () => {
  const body = (token: unknown) => ({ name: 'b', guid: 'g', adapter: 'acme', settings: { token } });
  let databaseUrl: string;
  before(async () => {
    databaseUrl = await newDatabase();
    const first = await TestHost.start({ databaseUrl, manifest: manifest(false) });
    for (const billerId of ['b', 'c']) {
      const { body: made } = await first.call('PUT', `/v1/billers/${billerId}`, body(SECRET));
      expect(made.settings.token).to.equal(SECRET);
    }
    await first.close();
  });

  it('is sealed as a host starts, shown to nobody, and goes on to be what it was', async () => {
    const host = await TestHost.start({ databaseUrl, manifest: manifest(true) });
    try {
      expect(JSON.stringify(await host.query('select settings from billers'))).to.not.include(SECRET);
      for (const path of ['/v1/billers', '/v1/billers/b'])
        expect(JSON.stringify((await host.call('GET', path)).body))
          .to.include('********')
          .and.not.include(SECRET);
      const audit = async () => JSON.stringify((await host.call('GET', '/v1/audit?subject=b')).body);
      const before = await audit();
      expect((await host.call('PUT', '/v1/billers/b', body('********'))).status).to.equal(200);
      expect((await host.call('PUT', '/v1/billers/b', body(SECRET))).status).to.equal(200);
      expect(await audit(), 'it is the same').to.equal(before);
    } finally {
      await host.close();
    }
  });

  it('is shown to nobody by a host that has not sealed it, nor by the audit of its change', async () => {
    const host = await TestHost.start({ databaseUrl, manifest: manifest(true) });
    try {
      await host.query(`update billers set settings = '{"token":"${SECRET}"}' where biller_id = 'c'`);
      expect(JSON.stringify((await host.call('GET', '/v1/billers')).body)).to.not.include(SECRET);
      expect((await host.call('PUT', '/v1/billers/c', body('********'))).status).to.equal(200);
      expect(JSON.stringify(await host.query('select settings from billers'))).to.not.include(SECRET);
      await host.query(`update billers set settings = '{"token":"${SECRET}"}' where biller_id = 'c'`);
      await new Promise((done) => setTimeout(done, 1_100)); // for so long it is remembered
      expect((await host.call('PUT', '/v1/billers/c', body('another'))).status).to.equal(200);
      const [entry] = (await host.call('GET', '/v1/audit?subject=c')).body.entries;
      expect(entry.details).to.deep.equal({ 'settings.token': { from: '********', to: '********' } });
    } finally {
      await host.close();
    }
  });
});
