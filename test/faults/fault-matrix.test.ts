import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';
import { COLUMNS, type Column, MATRIX, matrixTable } from './fault-matrix.js';
import { FAULTS, type Fault, type FaultyPartner, RETRY_AFTER_S, startFaultyPartner } from './faulty-partner.js';

const timeoutMs = (fault: Fault): number => (fault.startsWith('time-out') ? 1_000 : 20_000);
const AT_ONCE = 12;
/** The setting that leads to the faulty partner; all others lead to one that works. */
const SETTING: Record<Column, string> = {
  ...{ 'look-up': '8', payment: '11', return: '101', enrollment: '17', document: '20' },
};

describe('every fault of the wire at every contract', function () {
  this.timeout(90_000);
  let host: TestHost;
  const seen = new Map<string, string>();
  const partners = new Map<string, FaultyPartner>();

  /** Makes a biller whose one endpoint is faulty, and tells what one call of that endpoint comes to. */
  async function observe(fault: Fault, column: Column): Promise<string> {
    const partner = await startFaultyPartner(fault, host.sandbox.url);
    partners.set(`${fault}/${column}`, partner);
    const biller = `b${FAULTS.indexOf(fault)}-${column}`;
    const base = `/v1/billers/${biller}`;
    const settings = { ...host.sandbox.biller.settings, [SETTING[column]]: partner.url };
    const made = await host.biller(biller, { settings, options: { timeoutMs: timeoutMs(fault) } });
    expect(made.status).to.equal(201);
    const { accountNumber, invoiceNumber } = host.sandbox.example;
    const answered = (method: string, path: string) =>
      host.call(method, `${base}${path}`).then(({ status, body }) => `${status} ${body.code ?? ''}`.trim());
    if (column === 'look-up') return answered('POST', `/accounts/${accountNumber}/refresh`);
    if (column === 'document') return answered('GET', `/invoices/${invoiceNumber}/document`);
    const payment = host.payment(`${biller}-t`);
    if (column !== 'enrollment') await host.call('POST', `${base}/payments`, payment);
    if (column === 'return') {
      await host.settled(`${base}/payments/${biller}-t`);
      await host.call('POST', `${base}/payments/${biller}-t/return`, { code: 'R01', returnedOn: '2026-11-24' });
    }
    if (column === 'enrollment')
      await host.call('PUT', `${base}/accounts/${accountNumber}/enrollments/autopay`, { enabled: true });
    const { deliveries } = await host.until(
      `/v1/deliveries?biller=${biller}`,
      ({ deliveries }) => deliveries[0]?.attempts > 0 || deliveries[0]?.result.code !== undefined,
    );
    return told(biller, deliveries[0].id);
  }

  async function told(biller: string, id: string): Promise<string> {
    const { body } = await host.call('GET', `/v1/deliveries/${id}`);
    const [first] = body.history;
    if (body.state !== 'queued')
      return body.state === first.outcome
        ? `${first.outcome}${body.state === 'rejected' ? ' → settled as rejected' : ''}`
        : body.state;
    const { heldBack } = (await host.call('GET', `/v1/billers/${biller}/partner`)).body;
    if (heldBack?.cause === 'misconfigured') return `${first.outcome} → biller paused`;
    const waited = Date.parse(body.nextAttemptAt) - Date.parse(first.at);
    const [held] = await host.query('select doubtful_until from deliveries where id = $1', [id]);
    const sameId = held?.doubtful_until && body.kind !== 'autopay' ? ', same id' : '';
    return `${first.outcome} → tried again${sameId}${waited >= RETRY_AFTER_S * 1000 ? ', not before Retry-After' : ''}`;
  }

  before(async () => {
    host = await TestHost.start();
    const waiting = FAULTS.flatMap((fault) => COLUMNS.map((column) => ({ fault, column })));
    const worker = async (): Promise<void> => {
      for (let cell = waiting.shift(); cell; cell = waiting.shift()) {
        const { fault, column } = cell;
        seen.set(`${fault}/${column}`, await observe(fault, column).catch((error) => `failed: ${error}`));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  });
  after(async () => {
    await host.close();
    for (const partner of partners.values()) await partner.close();
  });

  for (const fault of FAULTS)
    for (const column of COLUMNS)
      it(`${fault} at a ${column}: ${MATRIX[fault][column]}`, () =>
        expect(seen.get(`${fault}/${column}`)).to.equal(MATRIX[fault][column]));

  it('reaches a faulty partner wherever the request could be sent, and never the host it redirects to', () => {
    const unsent = ['DNS failure', 'refused', 'TLS error', 'time-out before the body was sent'];
    for (const [cell, { reached }] of partners) {
      expect(reached.itself > 0, cell).to.equal(!unsent.some((fault) => cell.startsWith(fault)));
      expect(reached.elsewhere, cell).to.equal(0);
    }
  });

  it('stands in the docs as it is', () =>
    expect(readFileSync('docs/fault-matrix.md', 'utf8')).to.include(matrixTable()));
});
