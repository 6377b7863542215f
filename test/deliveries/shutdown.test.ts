import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type BriteCoreSandbox, startSandbox } from '@ic-host/adapter-britecore/sandbox';
import { expect } from 'chai';
import pg from 'pg';
import { newDatabase, TestHost, temporaryFolder } from '../host-fixture.js';
import { type HostProcess, spawnHost } from '../host-process.js';

const PAY = 'make_payment_by_invoice_or_policy';
const until = async (fits: () => boolean): Promise<void> => {
  while (!fits()) await wait(20);
};

describe('SIGTERM with deliveries under way', function () {
  this.timeout(60_000);
  let sandbox: BriteCoreSandbox;
  let env: Record<string, string>;
  const ids = Array.from({ length: 30 }, (_, index) => `s${index}`);
  const call = async ({ url }: HostProcess, method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/v1${path}`, {
      method,
      headers: { authorization: 'Bearer t', 'content-type': 'application/json', prefer: 'wait=30' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  before(async () => {
    sandbox = await startSandbox();
    env = {
      ...{ IC_HOST_DATABASE_URL: await newDatabase(), IC_HOST_API_TOKEN: 't', IC_HOST_MASTER_KEY: 'm' },
      IC_HOST_LOG_LEVEL: 'fatal',
    };
  });
  after(() => sandbox.close());

  it('ends in order within ten seconds, and the next host delivers the rest, each once', async () => {
    const first = await spawnHost(temporaryFolder(), env);
    const { billerId, ...biller } = sandbox.biller;
    await call(first, 'PUT', `/billers/${billerId}`, { ...biller, adapter: 'britecore', options: { concurrency: 20 } });
    // Some answer in time, some never do; some were applied when their answer is broken off.
    for (const kind of ['delay', 'hang', 'delay-after'] as const)
      sandbox.fault({ operation: PAY, kind, times: 5, delayMs: kind === 'delay' ? 1_500 : 60_000 });
    const payments = ids.map((transactionId) => ({
      ...{ transactionId, accountNumber: 'FM4000264061', invoiceNumber: sandbox.example.invoiceNumber, amount: '0.01' },
      ...{
        paymentDate: '2026-11-24',
        method: 'Visa',
        source: 'Web',
        maskedNumber: '4242',
        payerName: 'Jordan Example',
      },
    }));
    const answers = payments.map((payment) => call(first, 'POST', `/billers/${billerId}/payments`, payment));
    await until(() => sandbox.calls.length >= 20);
    first.child.kill('SIGTERM');
    // Whoever waited was answered: with 202, since all were held.
    for (const { status } of await Promise.all(answers)) expect(status).to.equal(202);
    expect(await first.exited, 'its own last resort after ten seconds ends it with 1').to.equal(0);

    const database = new pg.Client(env.IC_HOST_DATABASE_URL);
    await database.connect();
    const { rows } = await database.query('select failures, blocked_since from partner_states');
    await database.end();
    expect(rows, 'what was broken off here says nothing of the partner').to.deep.equal([
      { failures: 0, blocked_since: null },
    ]);
    sandbox.clearFaults();
    const second = await spawnHost(temporaryFolder(), env);
    for (const id of ids)
      await (async () => {
        for (;;) {
          const { body } = await call(second, 'GET', `/billers/${billerId}/payments/${id}`);
          if (body.state !== 'queued') return expect(body.state, id).to.equal('delivered');
          await wait(100);
        }
      })();
    expect(sandbox.book.ledger.map(({ transactionId }) => transactionId).sort()).to.deep.equal([...ids].sort());
    second.child.kill('SIGTERM');
    expect(await second.exited).to.equal(0);
  });
});

describe('a worker that lost its database', function () {
  this.timeout(60_000);

  it('gives up what it attempts, begins nothing, and goes on when the database is back', async () => {
    const direct = await newDatabase();
    const url = new URL(direct);
    const port = Number(url.port);
    const sockets = new Set<Socket>();
    let cut = false;
    const proxy = createServer((near) => {
      if (cut) return near.destroy();
      const far = connect(port, url.hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.on('error', () => undefined).on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    url.port = String((proxy.address() as { port: number }).port);

    const front = await TestHost.start({ databaseUrl: direct, masterKey: 'm', role: 'api' });
    const worker = await TestHost.start({ databaseUrl: url.href, masterKey: 'm', role: 'worker' });
    await front.biller();
    front.sandbox.fault({ operation: PAY, kind: 'hang' });
    const path = '/v1/billers/1663/payments';
    await front.call('POST', path, front.payment('under-way'));
    await until(() => front.sandbox.calls.length === 1);

    cut = true;
    for (const socket of sockets) socket.destroy();
    await front.call('POST', path, front.payment('waiting'));
    await until(() => front.sandbox.abandoned === 1); // its lease can't be renewed: the attempt is given up
    expect(front.sandbox.calls, 'nothing was begun without a database').to.have.length(1);

    cut = false;
    for (const id of ['under-way', 'waiting'])
      expect(await front.settled(`${path}/${id}`)).to.include({ state: 'delivered' });
    const ledger = front.sandbox.book.ledger.map(({ transactionId }) => transactionId);
    expect(ledger.sort()).to.deep.equal(['under-way', 'waiting']);
    await worker.close();
    await front.close();
    proxy.close();
  });
});
