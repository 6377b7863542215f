import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { type LoadedAdapter, loadAdapter, loadAdapters } from '../../src/adapters/adapter-registry.js';
import type { Recording } from '../../src/recordings/recordings.js';
import { type Replayed, type ReplayedBiller, replay } from '../../src/replay/replay.js';
import { TestHost, temporaryFolder } from '../host-fixture.js';

describe('recorded calls, replayed on another adapter', function () {
  this.timeout(60_000);
  let host: TestHost;
  let biller: ReplayedBiller;
  let recordings: Recording[];
  const KEY = 'a key that must stay here';

  before(async () => {
    host = await TestHost.start();
    const { settings } = host.sandbox.biller;
    const made = await host.biller('1663', { settings, options: { recordPercent: 100 } });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    const { accountNumber } = host.sandbox.example;
    for (const account of [accountNumber, 'FM400001115', 'FM400003000', 'none'])
      await host.call('POST', `/v1/billers/1663/accounts/${account}/refresh`);
    await host.call('POST', '/v1/billers/1663/payments', host.payment('r-1'));
    await host.settled('/v1/billers/1663/payments/r-1');
    await host.call('PUT', `/v1/billers/1663/accounts/${accountNumber}/enrollments/autopay`, { enabled: true });
    await host.settled(`/v1/billers/1663/accounts/${accountNumber}/enrollments/autopay`);
    await wait(300);
    const listed = await host.call('GET', '/v1/billers/1663/recordings');
    expect(listed.status, JSON.stringify(listed.body)).to.equal(200);
    recordings = listed.body.recordings;
    biller = (await host.call('GET', '/v1/billers/1663')).body;
  });
  after(() => host.close());

  const replayed = async (adapter: LoadedAdapter, options: Record<string, unknown> = {}, some = recordings) => {
    const found: Replayed[] = [];
    for await (const one of replay(adapter, { ...biller, options }, some)) found.push(one);
    return found;
  };
  const own = async () => (await loadAdapters('adapter.manifest.json')).get('britecore');

  it('keeps what was asked, what came of it, and what was said, masked', async () => {
    const calls = recordings.map(({ contract, method }) => `${contract}.${method}`);
    expect(calls.filter((call) => call === 'rtdr-provider.lookUp')).to.have.length(4);
    expect(calls).to.include.members(['payment-sink.post', 'enrollment-sink.setAutopay', 'enrollment-sink.readBack']);
    const paged = recordings.find(
      ({ input }) => (input[0] as { accountNumber?: string }).accountNumber === 'FM400003000',
    );
    expect(paged?.exchanges.filter(({ operation }) => operation === 'accounting/get_invoices')).to.have.length(3);
    expect(JSON.stringify(recordings)).not.to.contain(
      Object.values(host.sandbox.biller.settings).find((text) => !text.startsWith('http')) ?? KEY,
    );
    // What a delivery shows is what it showed without.
    const { body } = await host.call('GET', '/v1/billers/1663/payments/r-1');
    expect(body.attempts[0].exchanges).to.have.length(1);
  });

  it('the same adapter differs in nothing, and the partner is not asked', async () => {
    const asked = host.sandbox.book.ledger.length;
    await host.sandbox.close();
    const found = await replayed(await own());
    expect(found.map(({ differences, unanswered }) => [differences, unanswered])).to.deep.equal(
      recordings.map(() => [[], []]),
    );
    expect(host.sandbox.book.ledger.length).to.equal(asked);
  });

  it('the declared one differs in nothing on its contracts either', async () => {
    const declared = (await loadAdapter(
      { source: './test/adapters/declarative/britecore' },
      process.cwd(),
    )) as LoadedAdapter;
    const some = recordings.filter(({ contract }) => contract !== 'payment-sink');
    expect(
      (await replayed(declared, {}, some)).flatMap(({ differences, unanswered }) => [...differences, ...unanswered]),
    ).to.deep.equal([]);
  });

  it('a version with a mistake is found by it, with field, account and value', async () => {
    const folder = join(temporaryFolder(), 'wrong');
    const { cpSync } = await import('node:fs');
    cpSync('test/adapters/declarative/britecore', folder, { recursive: true });
    const file = join(folder, 'calls.json');
    // The one date for the other.
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(
        '\\"invoiceDueDate\\": $exists($details.dueDate) ? $details.dueDate',
        '\\"invoiceDueDate\\": $exists($details.dueDate) ? $details.billDate',
      ),
    );
    const wrong = (await loadAdapter({ source: folder }, process.cwd())) as LoadedAdapter;
    const found = await replayed(
      wrong,
      {},
      recordings.filter(({ contract }) => contract === 'rtdr-provider'),
    );
    const fields = new Set(found.flatMap(({ differences }) => differences.map(({ field }) => field)));
    expect([...fields]).to.deep.equal(['invoice.invoiceDueDate']);
    expect(found.find(({ subject }) => subject === 'none')?.differences).to.deep.equal([]);
  });

  it('a call that was never made has no answer, and that is said', async () => {
    const found = await replayed(await own(), { generation: 'legacy' });
    const wish = found.find(({ recording }) => recording.method === 'setAutopay');
    expect(wish?.unanswered).to.deep.equal(['POST /api/v2/payments/invoice_cloud_autopay_enroll']);
  });
});
