import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { newDatabase, TestHost, temporaryFolder } from '../host-fixture.js';

/** One without the adapter of the billers: `adapter-unknown`. */
function otherManifest(): string {
  const manifest = join(temporaryFolder(), 'adapter.manifest.json');
  writeFileSync(manifest, JSON.stringify({ hostApi: '1', adapters: [{ source: resolve('plugins/tryton') }] }));
  return manifest;
}

describe('a worker that lacks an adapter', function () {
  this.timeout(60_000);
  let front: TestHost;
  let lacking: TestHost;
  const worker = (manifest = 'adapter.manifest.json') =>
    TestHost.start({ databaseUrl: front.databaseUrl, role: 'worker', manifest });
  const heldBackOf = async (billerId: string) =>
    (await front.call('GET', `/v1/billers/${billerId}/partner`)).body.heldBack;
  const inboxOf = async (billerId: string) => (await front.call('GET', `/v1/billers/${billerId}/inbox`)).body;
  const pay = async (billerId: string, options = {}) => {
    await front.biller(billerId, { options });
    await front.call('POST', `/v1/billers/${billerId}/payments`, front.payment(`of-${billerId}`));
  };

  before(async () => {
    front = await TestHost.start({ databaseUrl: await newDatabase(), role: 'api' });
    lacking = await worker(otherManifest());
  });
  after(async () => {
    await lacking.close();
    await front.close();
  });

  it('leaves its billers’ deliveries and inboxes to a worker that has it', async () => {
    const before = await worker();
    await before.close(); // as in a rolling restart: it is here again in a moment
    await pay('left', { inbox: temporaryFolder(), inboxSeconds: 1 });
    await wait(2_000);
    expect((await inboxOf('left')).lookedAt).to.equal(null);
    expect(await heldBackOf('left')).to.equal(null);
    const again = await worker();
    await front.until('/v1/billers/left/inbox', ({ lookedAt }) => lookedAt !== null);
    const { state, attempts } = await front.settled('/v1/billers/left/payments/of-left');
    expect(state).to.equal('delivered');
    expect(attempts.map(({ outcome }: { outcome: string }) => outcome)).to.deep.equal(['delivered']);
    await again.close();
  });

  it('says of a request that another is to be asked: it is not wrong', async () => {
    await front.biller('asked');
    const before = await worker();
    const other = await TestHost.start({ databaseUrl: front.databaseUrl, role: 'api', manifest: otherManifest() });
    for (const [method, path, body] of [
      ['POST', 'payments', front.payment('asked')],
      ['POST', 'accounts/a/refresh', undefined],
      ['PUT', 'accounts/a/enrollments/paperless', { enabled: true }],
    ] as const) {
      const { status, body: problem, headers } = await other.call(method, `/v1/billers/asked/${path}`, body);
      expect([status, problem.code, headers.get('retry-after')], path).to.deep.equal([503, 'adapter-unknown', '1']);
    }
    await before.close();
    const { checks } = (await other.call('GET', '/v1/doctor')).body;
    expect(checks.find(({ what }: { what: string }) => what === 'adapters')).to.include({ code: 'adapter-lacking' });
    await other.close();
  });

  it('holds them back where none has it, until one does', async () => {
    await front.query("update served_adapters set seen_at = seen_at - interval '1 minute'");
    await pay('waiting');
    await front.until('/v1/billers/waiting/partner', ({ heldBack }) => heldBack?.code === 'adapter-unknown');
    const started = await worker();
    const isDelivered = ({ state }: { state: string }) => state === 'delivered';
    await front.until('/v1/billers/waiting/payments/of-waiting', isDelivered, 8);
    expect(await heldBackOf('waiting')).to.equal(null);
    await started.close();
  });
});
