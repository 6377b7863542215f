import { expect } from 'chai';
import { DatabaseHistory } from '../../src/deliveries/database-history.js';
import { DELIVERY_QUEUE } from '../../src/deliveries/delivery-queue.js';
import { DATABASE } from '../../src/store/database.js';
import { TestHost } from '../host-fixture.js';
import { sinkAdapter } from './sink-adapter.js';

describe('a database of before', () => {
  let host: TestHost;
  const payment = (id: string) => `/v1/billers/1663/payments/${id}`;
  const pay = (id: string) => host.call('POST', '/v1/billers/1663/payments', host.payment(id));
  const restoredTimes = async () =>
    (await host.query("select details from audit where action = 'database.restored' order by id")).map(
      ({ details }) => (details as { doubted: number }).doubted,
    );
  const remind = async (id: string): Promise<void> => {
    const [row] = await host.query('select id from deliveries where key = $1', [id]);
    const queue = host.host.container.get(DELIVERY_QUEUE);
    const job = { deliveryId: String(row?.id), billerId: '1663', limit: 5 };
    await host.host.container
      .get(DATABASE)
      .db.transaction()
      .execute((trx) => queue.enqueue(trx, [job]));
    queue.poke();
  };
  /** As it was before it was delivered, and with it the database. */
  const asBefore = async (id: string, history: string): Promise<void> => {
    await host.query(`update database_history set ${history}`);
    await host.query(
      `update deliveries set state = 'queued', result = '{}', attempts = 0, lease_token = null where key = $1`,
      [id],
    );
    await remind(id);
  };

  beforeEach(async () => {
    host = await TestHost.start();
    await host.biller();
  });
  afterEach(() => host.close());

  it('in another cluster is one of before, too; enrollments are set to what they are to be anyhow', async () => {
    await host.call('POST', '/v1/billers/1663/pause', {});
    for (const id of ['waits', 'parked', 'rejected']) await pay(id);
    await host.query("update deliveries set state = key where key <> 'waits'");
    await host.call('PUT', '/v1/billers/1663/accounts/FM4000264061/enrollments/paperless', { enabled: true });
    await host.query("update database_history set system = 'another'");
    await host.host.container.get<DatabaseHistory>(DatabaseHistory).settle();
    const rows = await host.query('select key, doubtful_until is not null as doubted from deliveries order by key');
    expect(rows).to.deep.equal([
      { key: 'FM4000264061', doubted: false },
      { key: 'parked', doubted: true }, // somebody may have sent it again
      { key: 'rejected', doubted: false },
      { key: 'waits', doubted: true },
    ]);
    expect(await restoredTimes()).to.deep.equal([2]);
  });

  it('may have lost the jobs that make enrollments certain: these wait for it without them', async () => {
    const paperless = '/v1/billers/1663/accounts/FM4000264061/enrollments/paperless';
    await host.call('PUT', paperless, { enabled: true });
    await host.settled(paperless);
    // As after an older wish of unknown outcome, which may still be on its way; its job is not there.
    await host.query("update deliveries set doubtful_until = now() - interval '2 minutes'");
    const restored = await TestHost.start({ databaseUrl: host.databaseUrl, restored: true, role: 'api' });
    expect((await host.call('GET', paperless)).body.state).to.equal('queued');
    const worker = await TestHost.start({ databaseUrl: host.databaseUrl, role: 'worker' });
    await host.settled(paperless);
    const { attempts } = (await host.query('select attempts from deliveries'))[0] ?? {};
    expect(attempts, 'once more').to.equal(2);
    await worker.close();
    await restored.close();
  });

  it('of late: what waits is not given up, since it may have been delivered before, and be lost', async () => {
    await host.query("update database_history set restored_at = now() - interval '6 days'");
    await host.call('POST', '/v1/billers/1663/pause', {});
    await pay('again');
    const { deliveryId } = (await host.call('GET', payment('again'))).body;
    const cancel = () => host.call('POST', `/v1/deliveries/${deliveryId}/cancel`, {});
    expect((await cancel()).body).to.include({ status: 409, code: 'outcome-unknown' });
    await host.query("update database_history set restored_at = now() - interval '8 days'");
    expect((await cancel()).body).to.include({ state: 'cancelled' });
  });

  it('is not one that only started again', async () => {
    await pay('done');
    await host.settled(payment('done'));
    await asBefore('done', "started_at = started_at - interval '1 hour'");
    await host.until(payment('done'), ({ state }) => state === 'delivered');
    expect(await restoredTimes()).to.deep.equal([]);
    const [{ known } = {}] = await host.query(
      'select started_at = pg_postmaster_start_time() as known from database_history',
    );
    expect(known).to.equal(true);
  });

  it('may be a copy of its files, which only a person can say', async () => {
    await host.call('POST', '/v1/billers/1663/pause', {});
    await pay('waits');
    const other = await TestHost.start({ databaseUrl: host.databaseUrl, restored: true, role: 'api' });
    expect(await restoredTimes()).to.deep.equal([1]);
    await other.close();
    const another = await TestHost.start({ databaseUrl: host.databaseUrl });
    expect(await restoredTimes()).to.deep.equal([1]);
    await another.close();
  });

  for (const [repeatSafety, state, calls] of [
    ['unsafe', 'parked', ['post']],
    ['findable', 'delivered', ['post', 'find']],
    ['idempotent', 'delivered', ['post', 'post']],
  ] as const)
    it(`${repeatSafety}: a payment that waits in it and was delivered is ${state}, after ${calls.join()}`, async () => {
      await host.close();
      const { manifest, calls: heard } = sinkAdapter(repeatSafety);
      host = await TestHost.start({ manifest });
      await host.call('PUT', '/v1/billers/1663', { name: 'b', guid: 'g', adapter: 'acme' });
      await pay('done');
      await host.settled(payment('done'));
      await asBefore('done', 'timeline = timeline - 1');
      if (repeatSafety === 'findable') {
        // The partner may still be working on it, for all that is known; here that minute is over at once.
        const waits = await host.until(payment('done'), ({ nextAttemptAt }) => nextAttemptAt !== null);
        expect(Date.parse(waits.nextAttemptAt) - Date.now()).to.be.within(50_000, 61_000);
        await host.query('update deliveries set doubtful_until = now(), next_attempt_at = null');
        await remind('done');
      }
      expect(await host.settled(payment('done'))).to.include({ state });
      expect(heard()).to.deep.equal(calls);
      expect(await restoredTimes(), 'once').to.deep.equal([1]);
      // What the restore has lost may be handed over once more: for a week it is looked for, where it can be, and here it is found.
      for (const [id, since, more] of [
        ['within the week', '6 days', repeatSafety === 'findable' ? ['find'] : ['post']],
        ['after it', '8 days', ['post']],
      ] as const) {
        await host.query(`update database_history set restored_at = now() - interval '${since}'`);
        const before = heard();
        await pay(id);
        expect(await host.settled(payment(id))).to.include({ state: 'delivered' });
        expect(heard()).to.deep.equal([...before, ...more]);
      }
    });
});
