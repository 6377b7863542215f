import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';

describe('an invoice file that does not come', () => {
  let host: TestHost;
  const files = '/v1/billers/1663/invoice-files';

  beforeEach(async () => {
    host = await TestHost.start();
    await host.biller('1663', { options: { fileEveryHours: 24 } });
  });
  afterEach(() => host.close());

  const file = (numbers: readonly string[]) => ({
    FileHeader: {
      ...{ BillerGUID: host.sandbox.biller.guid, FileCreationDate: '11/23/2026' },
      ...{ InvoiceCount: numbers.length, TotalInvoiceAmount: `${numbers.length}.00` },
    },
    Invoices: numbers.map((InvoiceNumber) => ({
      InvoiceHeader: {
        ...{ RecordType: 'R', InvoiceFormatGuid: 'format', InvoiceNumber, InvoiceDate: '11/01/2026' },
        ...{ InvoiceDueDate: '12/01/2026', TotalAmountDue: '1.00', InvoiceTypeID: 164, Custom1: 'acc' },
      },
      CustomerRecord: { AccountNumber: 'F1', CustomerName: 'Jordan Example' },
    })),
  });
  const send = async (...numbers: string[]) => {
    const taken = await host.call('POST', `${files}?filename=1663_11232026.JSON`, file(numbers));
    expect(await host.settled(`${files}/${taken.body.importId}`)).to.include({ state: 'applied' });
  };
  /** The hours since then go by. */
  const pass = async (hours: number): Promise<void> => {
    const later = `- make_interval(hours => ${hours})`;
    await host.query(`update billers set created_at = created_at ${later}`);
    await host.query(`update latest_files set applied_at = applied_at ${later}`);
    await host.query(`update invoice_files set created_at = created_at ${later}`);
  };
  /** As the biller's page, its check and the metrics say it. */
  const isOverdue = async (): Promise<boolean> => {
    const { needs, health } = (await host.call('GET', '/v1/billers/1663/overview')).body;
    const { checks } = (await host.call('POST', '/v1/billers/1663/check')).body;
    const metrics: string = (await host.call('GET', '/metrics')).body;
    const counted = /^ic_host_needs\{kind="file-overdue".*\} (\d+)$/m.exec(metrics)?.[1];
    const said = [
      needs.some(({ kind }: { kind: string }) => kind === 'file-overdue'),
      checks.some(({ code }: { code: string | null }) => code === 'file-overdue'),
      counted === '1',
    ];
    expect(new Set(said).size, JSON.stringify(said)).to.equal(1);
    expect(health).to.equal(said[0] ? 'attention' : 'ok');
    return said[0] as boolean;
  };

  it('is overdue when its time is over, and not when one was applied since', async () => {
    expect(await isOverdue()).to.equal(false);
    await pass(25);
    expect(await isOverdue(), 'none so far').to.equal(true);
    await send('a');
    expect(await isOverdue()).to.equal(false);
    await pass(23);
    expect(await isOverdue()).to.equal(false);
    await pass(2);
    expect(await isOverdue()).to.equal(true);
    const { needs } = (await host.call('GET', '/v1/billers/1663/overview')).body;
    const [{ applied }] = (await host.query('select applied_at as applied from latest_files')) as [{ applied: Date }];
    expect(needs[0].since).to.equal(new Date(+applied + 24 * 3_600_000).toISOString());
    expect(needs[0].detail).to.include(applied.toISOString());
  });

  it('has come when the latest one comes again; an older one is none', async () => {
    await send('a');
    await pass(1);
    await send('b');
    await pass(25);
    await send('a');
    expect(await isOverdue(), 'an older one').to.equal(true);
    await send('b');
    expect(await isOverdue(), 'the latest').to.equal(false);
  });

  it('has not come when it was refused, which is told instead', async () => {
    await send('a');
    await pass(25);
    const broken = { ...file(['c']), FileHeader: { ...file(['c']).FileHeader, InvoiceCount: 7 } };
    const taken = await host.call('POST', `${files}?filename=1663_11232026.JSON`, broken);
    expect(await host.settled(`${files}/${taken.body.importId}`)).to.include({ state: 'refused' });
    const { needs } = (await host.call('GET', '/v1/billers/1663/overview')).body;
    expect(needs.map(({ kind }: { kind: string }) => kind)).to.have.members(['file-refused', 'file-overdue']);
    expect((await host.call('GET', '/metrics')).body).to.match(/^ic_host_needs\{kind="file-refused".*\} 1$/m);
  });

  it('is not waited for where nobody said how often it comes', async () => {
    await host.biller('1663', { options: {} });
    await pass(10_000);
    expect(await isOverdue()).to.equal(false);
  });

  it('an inbox that nobody watches any more needs nobody', async () => {
    await host.biller('1663', { options: { inbox: '/no/such/folder', inboxSeconds: 1 } });
    await host.until('/v1/billers/1663/inbox', ({ problem }) => problem !== null);
    const kinds = async () =>
      (await host.call('GET', '/v1/billers/1663/overview')).body.needs.map(({ kind }: { kind: string }) => kind);
    expect(await kinds()).to.deep.equal(['inbox-unreadable']);
    expect((await host.call('GET', '/metrics')).body).to.match(/^ic_host_needs\{kind="inbox-unreadable".*\} 1$/m);
    await host.biller('1663', { options: {} });
    expect((await host.call('GET', '/v1/billers/1663/inbox')).body).to.include({ watched: false, problem: null });
    expect(await kinds()).to.deep.equal([]);
  });
});
