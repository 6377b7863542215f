import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Money, PlainDate } from '@ic-host/contracts';
import { expect } from 'chai';
import { compareLookUps, compareWrites } from '../../src/shadow/compare.js';
import { TestHost } from '../host-fixture.js';
import { hostManifest } from '../written-adapter.js';

const manifestOf = JSON.parse(readFileSync('plugins/britecore/adapter.manifest.json', 'utf8')) as {
  settings: { key: string; settingId?: string }[];
};
const PAY = 'make_payment_by_invoice_or_policy';

describe('a biller in shadow, in a thread of its own', function () {
  this.timeout(60_000);
  let host: TestHost;
  before(async () => {
    const manifest = hostManifest({ source: resolve('plugins/britecore'), isolated: true });
    host = await TestHost.start({ manifest });
    await host.biller('1663');
    const paymentsUrl = manifestOf.settings.find(({ key }) => key === 'paymentsUrl')?.settingId as string;
    const settings = { ...host.sandbox.biller.settings };
    settings[paymentsUrl] = `${settings['8']}/api/v2/elsewhere/${PAY}`;
    await host.biller('next', { settings, options: { shadowOf: '1663' } });
  });
  after(() => host.close());

  it('writes go out once, by the first; the shadow’s are built there, kept back and compared', async () => {
    const ids = ['i-1', 'i-2', 'i-3', 'i-4'];
    for (const id of ids) await host.call('POST', '/v1/billers/1663/payments', host.payment(id));
    for (const id of ids)
      expect(await host.settled(`/v1/billers/1663/payments/${id}`)).to.include({ state: 'delivered' });
    const found = await host.until('/v1/billers/1663/shadow', ({ seen }) => seen.runs >= ids.length);
    expect(found.seen).to.include({ runs: ids.length, differing: ids.length });
    expect(found.fields.map(({ kind, field }: { kind: string; field: string }) => [kind, field])).to.deep.equal([
      ['payment', 'request.path'],
    ]);
    for (const id of ids)
      expect(host.sandbox.book.ledger.filter((entry) => entry.transactionId === id)).to.have.length(1);
  });
});

describe('a biller in shadow', function () {
  this.timeout(60_000);
  let host: TestHost;
  const settings = () => ({ ...host.sandbox.biller.settings });
  before(async () => {
    host = await TestHost.start();
    await host.biller('1663');
  });
  after(() => host.close());

  const shadow = (options: object = {}, more: Record<string, string> = {}) =>
    host.biller('next', {
      settings: { ...settings(), ...more },
      options: { shadowOf: { biller: '1663', accounts: 1, days: 1 }, ...options },
    });
  const report = async () => (await host.call('GET', '/v1/billers/1663/shadow')).body;
  const compared = (runs: number) => host.until('/v1/billers/1663/shadow', ({ seen }) => seen.runs >= runs);
  const lookUp = (account: string) => host.call('POST', `/v1/billers/1663/accounts/${account}/refresh`);

  it('has none, and says so', async () => {
    const { status, body } = await host.call('GET', '/v1/billers/1663/shadow');
    expect([status, body.code]).to.deep.equal([404, 'no-shadow']);
  });

  it('asks both, and answers with the first; the same partner differs in nothing', async () => {
    await shadow();
    const { accountNumber } = host.sandbox.example;
    expect((await lookUp(accountNumber)).status).to.equal(200);
    const found = await compared(1);
    expect(found).to.deep.include({ shadow: 'next', ready: false, fields: [] });
    expect(found.seen).to.include({ runs: 1, differing: 0, accounts: 1 });
    expect(found.says).to.match(/Nothing differs so far/);
  });

  it('tells by field where the other generation of calls would lead elsewhere', async () => {
    await shadow({ generation: 'legacy' });
    // New at the partner: the legacy generation can't make invoices, nor does it know blocks.
    await lookUp('FM400001115');
    const found = await compared(1);
    expect(found.fields.map(({ field }: { field: string }) => field)).to.include.members([
      'paymentBlock.ach',
      'invoice',
    ]);
    expect(found.trend.at(-1).differing).to.be.above(0);
    expect(found.ready).to.equal(false);
  });

  it('writes go out once, by the first; the shadow’s are built and compared', async () => {
    await shadow();
    await host.call('POST', '/v1/billers/1663/payments', host.payment('s-1'));
    expect(await host.settled('/v1/billers/1663/payments/s-1')).to.include({ state: 'delivered' });
    const found = await compared(1);
    expect(found.seen.differing).to.equal(0);
    const sent = host.sandbox.book.ledger.filter((entry) => JSON.stringify(entry).includes('s-1'));
    expect(sent).to.have.length(1);
    // Another address for payments: what would have gone elsewhere is told, and goes nowhere.
    const elsewhere = `${settings()['8']}/api/v2/elsewhere/make_payment_by_invoice_or_policy`;
    const paymentsUrl = manifestOf.settings.find(({ key }) => key === 'paymentsUrl')?.settingId as string;
    await shadow({}, { [paymentsUrl]: elsewhere });
    await host.call('POST', '/v1/billers/1663/payments', host.payment('s-1b'));
    await host.settled('/v1/billers/1663/payments/s-1b');
    const [field] = (await compared(1)).fields;
    expect(field).to.deep.include({ kind: 'payment', field: 'request.path' });
    expect(field.latest.second).to.equal('/api/v2/elsewhere/make_payment_by_invoice_or_policy');
    expect(host.sandbox.book.ledger.filter((entry) => JSON.stringify(entry).includes('s-1b'))).to.have.length(1);
  });

  it('does nothing of its own', async () => {
    const tries = [
      host.call('POST', '/v1/billers/next/payments', host.payment('s-2')),
      host.call('POST', `/v1/billers/next/accounts/${host.sandbox.example.accountNumber}/refresh`),
      host.call('PUT', '/v1/billers/next/accounts/a/enrollments/autopay', { enabled: true }),
    ];
    for (const { status, body } of await Promise.all(tries))
      expect([status, body.code]).to.deep.equal([409, 'is-a-shadow']);
  });

  it('switches by one press, and back, with nothing lost or sent twice', async () => {
    await shadow({ generation: 'legacy' });
    const before = host.sandbox.book.ledger.length;
    host.sandbox.fault({ operation: PAY, kind: 'delay', delayMs: 30, times: 100 });
    let paying = true;
    let paid = 0;
    const payer = (async () => {
      while (paying) {
        const { status } = await host.call('POST', '/v1/billers/1663/payments', {
          ...host.payment(`w-${paid}`),
          amount: '0.01',
        });
        expect(status).to.equal(202);
        paid++;
        await wait(5);
      }
    })();
    await wait(300);
    const switched = await host.call('POST', '/v1/billers/1663/shadow/switch', { reason: 'tried' });
    expect(switched.status, JSON.stringify(switched.body)).to.equal(200);
    expect((await host.call('GET', '/v1/billers/1663')).body.options.generation).to.equal('legacy');
    expect((await host.call('GET', '/v1/billers/next')).body.options.generation).to.equal(undefined);
    await wait(300);
    expect((await host.call('GET', '/v1/billers/1663/partner')).body.heldBack).to.equal(null);
    expect((await host.call('POST', '/v1/billers/1663/shadow/switch', {})).status).to.equal(200);
    expect((await host.call('GET', '/v1/billers/1663')).body.options.generation).to.equal(undefined);
    paying = false;
    await payer;
    for (let index = 0; index < paid; index++)
      expect(await host.settled(`/v1/billers/1663/payments/w-${index}`)).to.include({ state: 'delivered' });
    expect(host.sandbox.book.ledger.length - before).to.equal(paid);
    host.sandbox.clearFaults();
    const { body } = await host.call('GET', '/v1/audit?subject=1663');
    expect(body.entries.filter(({ action }: { action: string }) => action === 'biller.switch')).to.have.length(2);
  });

  it('is ready when enough accounts differed in nothing for long enough', async () => {
    await shadow();
    await host.query(`update billers set updated_at = now() - interval '3 days' where biller_id in ('1663', 'next')`);
    await host.query('delete from shadow_runs');
    await wait(1_100); // what is remembered of billers
    await lookUp(host.sandbox.example.accountNumber);
    await compared(1);
    expect((await report()).ready).to.equal(false);
    await host.query(`insert into shadow_runs (biller_id, at, kind, subject, differing, differences)
      values ('1663', now() - interval '2 days', 'look-up', 'a', false, '[]')`);
    expect(await report()).to.include({ ready: true });
  });

  it('refuses chains, itself, and one for two', async () => {
    for (const [id, of] of [
      ['1663', '1663'],
      ['third', 'next'],
      ['third', '1663'],
      ['third', 'nobody'],
    ] as const) {
      const { status, body } = await host.call('PUT', `/v1/billers/${id}`, {
        ...{ name: 'n', guid: 'g', adapter: 'britecore', settings: settings(), options: { shadowOf: of } },
      });
      expect([status, body.code], `${id} of ${of}`).to.deep.equal([422, 'invalid-options']);
    }
  });
});

describe('what differs, in meaning', () => {
  const invoice = (more: object) => ({
    ...{
      invoiceNumber: 'i',
      eligible: true,
      invoiceDate: PlainDate.parse('2026-01-01'),
      invoiceDueDate: PlainDate.parse('2026-02-01'),
    },
    ...{ totalAmountDue: Money.parse('1.00'), balanceDue: Money.parse('1.00'), ...more },
  });
  const snapshot = (...invoices: object[]) => ({ snapshot: { invoices, complete: true } as never });
  const block = { ach: false, card: false };
  const held = [{ invoiceNumber: 'i', status: 'active' as const, totalAmountDue: 100, balanceDue: 100 }];

  it('an order, a form or dates of what is held mean nothing', () =>
    expect(
      compareLookUps(
        held,
        block,
        snapshot(invoice({}), invoice({ invoiceNumber: 'j' })),
        snapshot(invoice({ invoiceNumber: 'j' }), invoice({ invoiceDate: undefined })),
      ),
    ).to.deep.equal([]));
  it('an amount does', () =>
    expect(
      compareLookUps(held, block, snapshot(invoice({})), snapshot(invoice({ balanceDue: Money.parse('0.99') }))),
    ).to.deep.equal([{ field: 'invoice.balanceDue', of: 'i', first: '1.00', second: '0.99' }]));
  it('so does an invoice that would be deactivated, and one that would not be made', () => {
    expect(compareLookUps(held, block, snapshot(invoice({})), snapshot())).to.deep.equal([
      { field: 'invoice.status', of: 'i', first: 'active', second: 'deactivated' },
    ]);
    expect(compareLookUps([], block, snapshot(invoice({})), snapshot(invoice({ eligible: false })))).to.deep.equal([
      { field: 'invoice', of: 'i', first: 'there', second: null },
    ]);
  });
  it('and another outcome', () =>
    expect(compareLookUps(held, block, { error: 'unavailable' }, snapshot())).to.deep.equal([
      { field: 'outcome', of: null, first: 'unavailable', second: 'answered' },
    ]));
  it('writes are compared field by field, between adapters of one kind', () => {
    const call = (body: object) => ({
      calls: [{ operation: 'o', method: 'POST', path: '/p', body: JSON.stringify(body) }],
      refused: null,
    });
    expect(compareWrites(call({ a: 1, b: 2 }), call({ b: 2, a: 1 }), true)).to.deep.equal([]);
    expect(compareWrites(call({ amount: 1 }), call({ amount: 100 }), true)).to.deep.equal([
      { field: 'request.body.amount', of: null, first: '1', second: '100' },
    ]);
    expect(compareWrites(call({ amount: 1 }), call({ x: 100 }), false)).to.deep.equal([]);
    expect(compareWrites(call({}), { calls: [], refused: 'unsupported' }, false)).to.deep.equal([
      { field: 'outcome', of: null, first: 'built', second: 'unsupported' },
    ]);
  });
});
