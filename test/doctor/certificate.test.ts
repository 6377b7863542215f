import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestHost, temporaryFolder } from '../host-fixture.js';

describe("the check of a biller's certificate", () => {
  const folder = temporaryFolder();
  let host: TestHost;
  before(async () => {
    host = await TestHost.start();
    for (const days of [29, 31])
      execFileSync(
        'openssl',
        [
          ...[
            'req',
            '-x509',
            '-newkey',
            'ec',
            '-pkeyopt',
            'ec_paramgen_curve:prime256v1',
            '-nodes',
            '-days',
            `${days}`,
          ],
          ...['-subj', '/CN=client', '-keyout', `${days}.key`, '-out', `${days}.crt`],
        ],
        { cwd: folder, stdio: 'pipe' },
      );
    writeFileSync(join(folder, 'no.crt'), 'no certificate');
    writeFileSync(join(folder, 'no.key'), 'no key');
  });
  after(() => host.close());

  const check = async (name: string | undefined) => {
    const tls = { certificate: { file: join(folder, `${name}.crt`) }, key: { file: join(folder, `${name}.key`) } };
    await host.biller('1663', { options: name === undefined ? {} : { tls } });
    const { checks } = (await host.call('POST', '/v1/billers/1663/check')).body;
    return checks.find(({ what }: { what: string }) => what === 'certificate');
  };

  it('says that it ends within a month, or that it can’t be read', async () => {
    expect(await check('31')).to.include({ state: 'ok' });
    const { code, detail } = await check('29');
    expect(code).to.equal('certificate-ends');
    expect(Date.parse(/until (\S+)\.$/.exec(detail)?.[1] ?? '') - Date.now()).to.be.closeTo(29 * 86_400_000, 60_000);
    expect(await check('no')).to.include({ code: 'certificate-unreadable' });
    expect((await check('gone')).state).to.equal('failed');
    expect(await check(undefined)).to.equal(undefined);
  });
});
