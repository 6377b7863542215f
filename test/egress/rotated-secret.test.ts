/** A secret that is kept elsewhere may be another at any time, or come later: it is masked from its first use on. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { TestHost, temporaryFolder } from '../host-fixture.js';

describe('a secret that is kept in a file', () => {
  let host: TestHost;
  const file = join(temporaryFolder(), 'key');
  const secrets = ['the-first-secret-1', 'the-second-secret-2', 'the-third-secret-3'];

  /** Whatever the host has written down, and tells. */
  const written = async (): Promise<string> => {
    const rows = await Promise.all(
      ['delivery_attempts', 'deliveries', 'partner_states', 'recordings', 'audit'].map((table) =>
        host.query(`select * from ${table}`),
      ),
    );
    return JSON.stringify(rows);
  };
  /** An attempt that the partner refuses for its key, and a look-up that says why it failed. */
  const used = async (): Promise<void> => {
    const attempts = async () => (await host.query('select count(*)::int as n from delivery_attempts'))[0]?.n as number;
    const before = await attempts();
    await host.call('POST', '/v1/billers/1663/release');
    for (let left = 200; left && (await attempts()) === before; left--) await wait(50);
    expect(await attempts()).to.be.above(before);
    const { body } = await host.call('POST', '/v1/billers/1663/accounts/FM4000264061/refresh?explain=true');
    expect(body.explanation.exchanges).to.have.length.above(0);
    expect(JSON.stringify(body)).to.include('********');
    for (const secret of secrets) expect(JSON.stringify(body)).to.not.include(secret);
  };

  before(async () => {
    host = await TestHost.start();
    writeFileSync(file, `${secrets[0]}\n`);
    const settings = { ...host.sandbox.biller.settings, '10': { file } };
    await host.biller('1663', { settings, options: { recordPercent: 100 } });
    await host.call('POST', '/v1/billers/1663/payments', host.payment('held'));
  });
  after(() => host.close());

  it('is masked, as it was when the biller was first used', used);
  it('is masked when it has become another', async () => {
    writeFileSync(file, secrets[1] ?? '');
    await used();
  });
  it('is masked when it was gone, and has come again', async () => {
    rmSync(file);
    const { body } = await host.call('POST', '/v1/billers/1663/accounts/FM4000264061/refresh');
    expect(body.code).to.equal('partner-misconfigured');
    writeFileSync(file, secrets[2] ?? '');
    await used();
  });
  it('stands in nothing that was written', async () => {
    const all = await written();
    expect(all).to.include('********');
    for (const secret of secrets) expect(all).to.not.include(secret);
  });
});
