import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';

describe('a client that prefers to wait', function () {
  this.timeout(60_000);
  let host: TestHost;
  const accountNumber = 'FM4000264061';
  const account = `/v1/billers/1663/accounts/${accountNumber}`;
  const read = (after: string, seconds: number, headers = {}) =>
    host.call('GET', `/v1/changes?after=${after}`, undefined, { prefer: `wait=${seconds}`, ...headers });
  /** Where the feed ends now. */
  const end = async (): Promise<string> => (await read('0.0', 0)).body.next;

  beforeEach(async () => {
    host = await TestHost.start();
    await host.biller();
  });
  afterEach(() => host.close());

  it('is answered with the next change as soon as there is one', async () => {
    const next = read(await end(), 30);
    await wait(300); // it waits already
    await host.call('POST', `${account}/refresh`);
    expect((await next).body.changes[0]).to.include({ accountNumber, change: 'created' });
  });

  it('is answered with none when its time is over, and asks again from where it was', async () => {
    const at = await end();
    expect((await read(at, 1)).body).to.deep.equal({ changes: [], next: at });
  });

  it('is not what makes a host slow, by its metrics', async () => {
    const seconds = async (): Promise<number> => {
      const { body } = await host.call('GET', '/metrics');
      const sum = /^http_server_request_duration_seconds_sum\{[^}]*http_route="\/v1\/changes"[^}]*\} (\S+)$/m;
      return Number(sum.exec(body)?.[1]);
    };
    const at = await end();
    const before = await seconds();
    await read(at, 2);
    expect((await seconds()) - before).to.be.within(0, 1);
  });

  it('of some billers alone hears of theirs, and nothing of others’', async () => {
    await host.biller('other');
    const token = { name: 'portal', scope: 'read', billers: ['1663'] };
    const { body } = await host.call('POST', '/v1/tokens', token);
    const next = read('0.0', 30, { authorization: `Bearer ${body.token}` });
    await host.call('POST', `/v1/billers/other/accounts/${accountNumber}/refresh`);
    await wait(300);
    await host.call('POST', `${account}/refresh`);
    expect(new Set((await next).body.changes.map(({ billerId }: { billerId: string }) => billerId))).to.deep.equal(
      new Set(['1663']),
    );
  });

  it('hears how a wish and a return ended', async () => {
    const prefer = { prefer: 'wait=30' };
    const wish = await host.call('PUT', `${account}/enrollments/paperless`, { enabled: true }, prefer);
    expect([wish.status, wish.body.state]).to.deep.equal([202, 'delivered']);
    await host.call('POST', '/v1/billers/1663/payments', host.payment('r1'), prefer);
    const returned = { code: 'R01', returnedOn: '2026-11-26' };
    const answer = await host.call('POST', '/v1/billers/1663/payments/r1/return', returned, prefer);
    expect([answer.status, answer.body.state]).to.deep.equal([202, 'delivered']);
  });

  it('is answered when the host leaves', async () => {
    const at = await end();
    const next = read(at, 30);
    await wait(300);
    await host.host.close();
    expect((await next).body).to.deep.equal({ changes: [], next: at });
  });
});
