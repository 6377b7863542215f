import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallFixture } from '@ic-host/contracts';
import { expect } from 'chai';
import { type LoadedAdapter, loadAdapter, loadAdapters } from '../../src/adapters/adapter-registry.js';
import type { Recording } from '../../src/recordings/recordings.js';
import { FixtureCutter } from '../../src/replay/cut-fixture.js';
import { Replay, type Replayed, type ReplayedBiller } from '../../src/replay/replay.js';
import { contractConfigOf } from '../../src/verify/contract-config.js';
import { verifyAdapter } from '../../src/verify/verify-adapter.js';
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
    await host.call('POST', '/v1/billers/1663/payments', host.payment('recorded-1001'));
    await host.settled('/v1/billers/1663/payments/recorded-1001');
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
    const opened = await Replay.open(adapter, { ...biller, options });
    const found: Replayed[] = [];
    for (const recording of some) found.push(await opened.replay(recording));
    await opened.close();
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
    const { body } = await host.call('GET', '/v1/billers/1663/payments/recorded-1001');
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

  /** The one date for the other. */
  const withMistake = async (): Promise<LoadedAdapter> => {
    const folder = join(temporaryFolder(), 'wrong');
    cpSync('test/adapters/declarative/britecore', folder, { recursive: true });
    const file = join(folder, 'calls.json');
    const right = readFileSync(file, 'utf8');
    const mistaken = right.replace(
      '\\"invoiceDueDate\\": $exists($details.dueDate) ? $details.dueDate',
      '\\"invoiceDueDate\\": $exists($details.dueDate) ? $details.billDate',
    );
    expect(mistaken).not.to.equal(right);
    writeFileSync(file, mistaken);
    return (await loadAdapter({ source: folder }, process.cwd())) as LoadedAdapter;
  };

  it('a version with a mistake is found by it, with field, account and value', async () => {
    const wrong = await withMistake();
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

  describe('cut into fixtures', () => {
    let fixtures: CallFixture[];
    /** The suite's checks of them, on an adapter. */
    const checked = async (adapter: LoadedAdapter) => {
      const folder = join(temporaryFolder(), 'with-fixtures');
      cpSync(adapter.folder, folder, { recursive: true, filter: (path) => !/node_modules|fixtures/.test(path) });
      mkdirSync(join(folder, 'fixtures'), { recursive: true });
      for (const fixture of fixtures)
        writeFileSync(join(folder, 'fixtures', `${fixture.id}.json`), JSON.stringify(fixture));
      const config = await contractConfigOf(await own());
      return verifyAdapter({ ...adapter, folder }, config, { choose: ({ id }) => id.startsWith('recorded-') });
    };

    before(async () => {
      const opened = await Replay.open(await own(), biller);
      const cutter = new FixtureCutter(opened);
      fixtures = [];
      for (const recording of recordings) {
        const cut = await cutter.cut(recording);
        if (cut && 'why' in cut) throw new Error(cut.why);
        if (cut) fixtures.push(cut);
      }
      await opened.close();
    });

    it('holds one of each form, what the adapter uses, and nobody’s name or number', () => {
      expect(new Set(fixtures.map(({ contract, method }) => `${contract}.${method}`))).to.deep.equal(
        new Set([
          'rtdr-provider.lookUp',
          'payment-sink.post',
          'enrollment-sink.setAutopay',
          'enrollment-sink.readBack',
        ]),
      );
      const text = JSON.stringify(fixtures);
      const { accountNumber, invoiceNumber } = host.sandbox.example;
      const whose = [
        accountNumber,
        invoiceNumber,
        'FM400001115',
        'recorded-1001',
        host.payment('recorded-1001').payerName,
      ];
      for (const one of [...whose, biller.guid, '127.0.0.1', 'insured']) expect(text).not.to.contain(one);
      expect(JSON.stringify(recordings)).to.contain(accountNumber);
    });

    it('the contract suite makes them again: the adapter that made them passes, and one with a mistake does not', async () => {
      const passed = await checked(await own());
      expect(passed.map(({ state, message }) => [state, message])).to.deep.equal(fixtures.map(() => ['passed', '']));
      const failed = (await checked(await withMistake())).filter(({ state }) => state === 'failed');
      expect(failed.length).to.be.greaterThan(0);
      for (const { check, message } of failed) {
        expect(check.contract).to.equal('rtdr-provider');
        expect(message).to.match(/^its outcome, value, invoices, \d+, invoiceDueDate was "\d{4}-\d\d-\d\d" and is "/);
      }
    });

    it('a write that sends something else is seen, though its outcome is the same', async () => {
      const [post] = fixtures.filter(({ method }) => method === 'post') as [CallFixture];
      const request = JSON.parse(post.exchanges[0]?.request ?? '');
      const [exchange] = post.exchanges as [CallFixture['exchanges'][0]];
      const other = { ...post, exchanges: [{ ...exchange, request: JSON.stringify({ ...request, amount: 1 }) }] };
      fixtures = [other];
      const [result] = await checked(await own());
      expect(result).to.include({ state: 'failed' });
      expect(result?.message).to.match(/^what it sends, 0, 1, amount was 1 and is 15$/);
    });
  });
});
