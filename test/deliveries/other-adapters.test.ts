import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { newDatabase, TestHost } from '../host-fixture.js';
import { sinkAdapter } from './sink-adapter.js';

describe('another adapter: a worker that died in its attempt', function () {
  this.timeout(60_000);
  for (const [repeatSafety, state, calls] of [
    ['unsafe', 'parked', []],
    ['findable', 'delivered', ['find']],
    ['idempotent', 'delivered', ['post']],
  ] as const)
    it(`${repeatSafety}: ${state}, the partner hears ${calls.join() || 'nothing'}`, async () => {
      const { manifest, calls: heard } = sinkAdapter(repeatSafety);
      const databaseUrl = await newDatabase();
      const front = await TestHost.start({ manifest, databaseUrl, role: 'api' });
      expect(
        (await front.call('PUT', '/v1/billers/1', { name: 'b', guid: 'g', adapter: 'acme' })).body,
      ).to.deep.include({
        name: 'b',
      });
      expect((await front.call('POST', '/v1/billers/1/payments', front.payment('t'))).body).to.include({
        state: 'queued',
      });
      // What a killed worker leaves behind: a claimed row, a lease that ends by itself, and a job of its own.
      await front.query("update deliveries set lease_token = $1, lease_until = now() + interval '1 second'", [
        randomUUID(),
      ]);
      const worker = await TestHost.start({ manifest, databaseUrl, role: 'worker' });
      if (repeatSafety === 'findable') {
        // It waits until the partner can't be working on it any more; here that minute is over at once.
        const { attempts } = await front.until('/v1/billers/1/payments/t', (body) => body.attempts.length === 1);
        expect(attempts[0]).to.include({ outcome: 'unknown-outcome', code: 'worker-lost' });
        expect(heard()).to.deep.equal([]);
        await front.query('update deliveries set doubtful_until = now(), next_attempt_at = now()');
        await front.query("update pgboss.job set start_after = now() where state = 'created'");
      }
      expect(await front.settled('/v1/billers/1/payments/t')).to.include({ state });
      expect(heard()).to.deep.equal(calls);
      await worker.close();
      await front.close();
    });

  for (const [before, state, calls] of [
    [3, 'delivered', ['post']],
    [4, 'parked', []],
  ] as const)
    it(`and ${before} before it over the same payment: ${state}`, async () => {
      const { manifest, calls: heard } = sinkAdapter('idempotent');
      const databaseUrl = await newDatabase();
      const front = await TestHost.start({ manifest, databaseUrl, role: 'api' });
      await front.call('PUT', '/v1/billers/1', { name: 'b', guid: 'g', adapter: 'acme' });
      await front.call('POST', '/v1/billers/1/payments', front.payment('t'));
      await front.query('update deliveries set lease_token = $1, lease_until = now()', [randomUUID()]);
      await front.query(
        `insert into delivery_attempts (delivery_id, at, duration_ms, outcome, code, exchanges)
         select id, now(), 0, 'unknown-outcome', 'worker-lost', '[]' from deliveries, generate_series(1, $1)`,
        [before],
      );
      const worker = await TestHost.start({ manifest, databaseUrl, role: 'worker' });
      const settled = await front.settled('/v1/billers/1/payments/t');
      expect(settled.state).to.equal(state);
      expect(heard()).to.deep.equal(calls);
      if (state === 'parked') {
        expect(JSON.stringify(settled)).to.include('5 workers in a row');
        // Whoever knows what it is may send it again.
        await front.call('POST', `/v1/deliveries/${settled.deliveryId}/retry`, { reason: 'the adapter is mended' });
        expect(await front.settled('/v1/billers/1/payments/t')).to.include({ state: 'delivered' });
      }
      await worker.close();
      await front.close();
    });

  it('an adapter without the contract asked for says so', async () => {
    const host = await TestHost.start({ manifest: sinkAdapter('unsafe').manifest });
    await host.call('PUT', '/v1/billers/1', { name: 'b', guid: 'g', adapter: 'acme' });
    for (const [method, path, body] of [
      ['POST', 'accounts/a/refresh'],
      ['PUT', 'accounts/a/enrollments/autopay', { enabled: true }],
      ['GET', 'invoices/i/document'],
      ['POST', 'invoice-files?filename=1_11232026.JSON', '{}'],
    ] as const) {
      const answer = await host.call(
        method,
        `/v1/billers/1/${path}`,
        body,
        typeof body === 'string' ? { 'content-type': 'text/json' } : {},
      );
      expect([answer.status, answer.body.code], path).to.deep.equal([501, 'contract-not-supported']);
    }
    expect(await host.query('select 1 from deliveries')).to.deep.equal([]);
    expect(await host.query('select 1 from invoice_files')).to.deep.equal([]);
    await host.close();
  });
});
