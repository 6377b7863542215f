import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { openDatabase } from '../src/store/database.js';
import { DEFAULT_RETENTION, Retention } from '../src/store/retention.js';
import { createLog } from '../src/telemetry/log.js';
import { newDatabase, TestHost, temporaryFolder } from './host-fixture.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PAY = 'make_payment_by_invoice_or_policy';

describe('a machine whose clock is wrong', function () {
  this.timeout(60_000);
  let one: TestHost;
  let two: TestHost;
  let clock: SinonFakeTimers | undefined;
  const right = Date.now() - performance.now();
  /** From now on all here say this time, and it doesn't pass: the database's alone is right. */
  const set = (offMs: number): void => {
    clock?.restore();
    clock = useFakeTimers({ now: right + performance.now() + offMs, toFake: ['Date'] });
  };
  const offBy = (at: string): number => Math.abs(new Date(at).getTime() - right - performance.now());

  before(async () => {
    const shared = { databaseUrl: await newDatabase(), masterKey: 'shared' };
    one = await TestHost.start(shared);
    two = await TestHost.start(shared);
    await one.biller();
  });
  afterEach(() => {
    clock?.restore();
    clock = undefined;
    one.sandbox.clearFaults();
  });
  after(async () => {
    await two.close();
    await one.close();
  });

  it('is not told whom to pay twice: what is under way is, an hour ahead, too', async () => {
    set(HOUR_MS);
    one.sandbox.fault({ operation: PAY, kind: 'delay', delayMs: 1_500, times: 1 });
    const path = '/v1/billers/1663/payments';
    await one.call('POST', path, one.payment('under-way'));
    const leased = 'select id from deliveries where lease_until is not null';
    let rows = await one.query(leased);
    for (; rows.length === 0; rows = await one.query(leased)) await wait(20);
    const delivery = `/v1/deliveries/${rows[0]?.id}`;
    const settle = { state: 'rejected', reason: 'it looks lost' };
    const answers = [
      await one.call('POST', `${delivery}/cancel`),
      await one.call('POST', `${delivery}/settle`, settle),
    ];
    expect(answers.map(({ body }) => body.code)).to.deep.equal(['under-way', 'under-way']);
    const { body } = await one.call('GET', `${delivery}?explain=true`);
    expect(body.explanation.summary).to.match(/under way/i);
    expect(await one.settled(`${path}/under-way`)).to.include({ state: 'delivered' });
  });

  it('gives nothing up as too old that was wished now, ten days behind', async () => {
    set(-10 * DAY_MS);
    const path = '/v1/billers/1663/accounts/FM4000264061/enrollments/paperless';
    const turn = (enabled: boolean) => one.call('PUT', path, { enabled });
    await turn(true);
    expect(await one.settled(path)).to.include({ state: 'delivered' });
    one.sandbox.fault({ operation: '*', kind: 'status', status: 503, times: 1 });
    await turn(false);
    expect(await one.settled(path)).to.include({ state: 'delivered', enabled: false });
    const [row] = await one.query(`select created_at from deliveries where kind = 'paperless'`);
    expect(offBy(String(row?.created_at))).to.be.below(60_000);
  });

  it('tells when an account was refreshed, a day ahead', async () => {
    set(DAY_MS);
    for (const times of ['first', 'again']) {
      const { body } = await one.call('POST', '/v1/billers/1663/accounts/FM4000264061/refresh');
      expect(offBy(body.refreshedAt), times).to.be.below(10_000);
    }
  });

  it('lets in whom it must, and nobody longer: tokens and what is known of billers, when its clock stands still', async () => {
    const { body: made } = await one.call('POST', '/v1/tokens', { name: 'a day', scope: 'read', expiresInDays: 1 });
    const asked = async () =>
      (await one.call('GET', '/v1/billers', undefined, { authorization: `Bearer ${made.token}` })).status;
    set(2 * DAY_MS);
    await wait(1_100);
    expect(await asked()).to.equal(200);
    set(-HOUR_MS);
    await asked();
    expect((await one.call('GET', '/v1/billers/1663')).body.name).not.to.equal('another');
    await two.call('DELETE', `/v1/tokens/${made.tokenId}`);
    await one.biller('1664');
    await wait(1_100);
    expect(await asked()).to.equal(401);
  });

  it('looks into inboxes as often as before, and answers who waits, when its clock is set back', async () => {
    const inbox = join(temporaryFolder(), 'dropped here');
    mkdirSync(inbox);
    await one.biller('1665', { guid: 'g-1665', options: { inbox, inboxSeconds: 1 } });
    const looked = async () =>
      (await one.query(`select looked_at from inbox_states where biller_id = '1665'`))[0]?.looked_at;
    let before = await looked();
    for (; before === undefined; before = await looked()) await wait(50);
    set(-HOUR_MS);
    writeFileSync(join(inbox, 'none_11252026.JSON'), 'no invoices at all');
    await wait(2_500);
    expect(Number(await looked())).to.be.above(Number(before) + 1_000);
    one.sandbox.fault({ operation: PAY, kind: 'delay', delayMs: 3_000, times: 1 });
    const asked = performance.now();
    await one.call('POST', '/v1/billers/1663/payments', one.payment('waited-for'), { prefer: 'wait=1' });
    expect(performance.now() - asked).to.be.within(900, 2_900);
    expect(await one.settled('/v1/billers/1663/payments/waited-for')).to.include({ state: 'delivered' });
  });

  it('trims nothing before its time, three years ahead', async () => {
    const database = await openDatabase(one.databaseUrl);
    set(3 * 365 * DAY_MS);
    const days = { ...DEFAULT_RETENTION, deliveries: 365, changes: 365 };
    const trimmed = await new Retention(database, days, createLog('silent')).trim();
    expect(Object.values(trimmed ?? { none: 1 }).filter(Boolean)).to.deep.equal([]);
    await database.close();
  });

  it('says how wrong it is', async () => {
    const skew = async (): Promise<number> => {
      const metrics = String((await one.call('GET', '/metrics')).body);
      expect(metrics).to.include('\n# TYPE ic_host_clock_skew_seconds gauge\n');
      return Number(/^ic_host_clock_skew_seconds(?:\{.*\})? (\S+)$/m.exec(metrics)?.[1]);
    };
    expect(await skew()).to.be.within(-100, 100);
    set(-HOUR_MS); // also of what was told by the right time before
    expect(await skew()).to.be.within(-3_700, -3_500);
    const { body } = await one.call('GET', '/v1/doctor');
    const found = body.checks.find(({ what }: { what: string }) => what === 'clock');
    expect(found).to.include({ code: 'clock-skew' });
    expect(found.detail).to.match(/is 3[56]\d\d s ahead of ours/);
  });
});
