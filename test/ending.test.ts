import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { newDatabase, temporaryFolder } from './host-fixture.js';
import { spawnHost } from './host-process.js';
import { SilentProxy } from './store/silent-proxy.js';
import { CONTRACTS, writtenAdapter } from './written-adapter.js';

const MANIFEST = {
  contracts: ['rtdr-provider', 'payment-sink', 'invoice-file-parser'].map((name) => ({ name, version: '1' })),
};
/** Says when it is asked, and never answers, whatever signal it is given. */
const DEAF = `
import { adapterModule, INVOICE_FILE_PARSER, PAYMENT_SINK, RTDR_PROVIDER } from ${CONTRACTS};
const deaf = (what) => () => { console.log('asked: ' + what); return new Promise(() => setInterval(() => undefined, 1e6)); };
export default adapterModule(({ bind }) => {
  bind(RTDR_PROVIDER).toConstantValue({ lookUp: deaf('balance') });
  bind(PAYMENT_SINK).toConstantValue({ repeatSafety: 'unsafe', post: deaf('payment') });
  bind(INVOICE_FILE_PARSER).toConstantValue({ parse: async function* () { await deaf('file')(); } });
});`;
const PAYMENT = {
  ...{ transactionId: 't', accountNumber: 'a', invoiceNumber: 'i', amount: '1.00', paymentDate: '2026-11-24' },
  ...{ method: 'Visa', source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
};

describe('a host that is to end ends in order', function () {
  this.timeout(60_000);
  let mute: Server;
  let muteUrl: string;
  let heard = 0;
  let folder: string;
  const start = async (env: Record<string, string> = {}, ...more: string[]) => {
    folder = temporaryFolder();
    const host = await spawnHost(folder, { IC_HOST_API_TOKEN: 't', IC_HOST_LOG_LEVEL: 'fatal', ...env }, ...more);
    const call = (method: string, path: string, body?: object | string) =>
      fetch(`${host.url}/v1/billers/b${path}`, {
        method,
        headers: {
          authorization: 'Bearer t',
          'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
        },
        body: typeof body === 'string' ? body : JSON.stringify(body ?? {}),
      });
    return { ...host, call };
  };
  const hasPostgres = () => existsSync(join(folder, 'postgres/data/postmaster.pid'));
  /** Its last resort after ten seconds ends it with 1, and leaves its PostgreSQL behind. */
  const ends = async ({ child, exited }: Awaited<ReturnType<typeof start>>) => {
    expect(hasPostgres()).to.equal(true);
    child.kill('SIGINT');
    expect(await exited).to.equal(0);
    expect(hasPostgres()).to.equal(false);
  };

  before(async () => {
    mute = createServer((socket) => {
      socket.on('error', () => undefined).on('data', () => heard++);
    }).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    muteUrl = `127.0.0.1:${(mute.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    heard = 0;
  });
  after(() => mute.close());

  it('where it has only begun to start', async () => {
    folder = temporaryFolder();
    const child = spawn(process.execPath, ['dist/src/main.js', 'start', '--port', '0', '--data-dir', folder]);
    const exited = once(child, 'exit');
    while (!hasPostgres()) await wait(5);
    child.kill('SIGTERM');
    expect(await exited).to.deep.equal([0, null]);
    expect(hasPostgres()).to.equal(false);
  });

  it('where its terminal is closed', async () => {
    const { child, exited } = await start();
    child.kill('SIGHUP');
    expect(await exited).to.equal(0);
    expect(hasPostgres()).to.equal(false);
  });

  it('where the server of an inbox doesn’t answer', async () => {
    const host = await start({}, '--manifest', writtenAdapter(DEAF, MANIFEST));
    const inbox = {
      ...{ url: `sftp://a@${muteUrl}/in`, hostKey: `SHA256:${'a'.repeat(43)}`, password: { env: 'PATH' } },
    };
    const biller = { name: 'b', guid: 'g', adapter: 'acme', settings: {} };
    expect((await host.call('PUT', '', { ...biller, options: { inbox, inboxSeconds: 1 } })).status).to.equal(201);
    while (heard === 0) await wait(20);
    await ends(host);
  });

  it('where its database doesn’t answer any more', async () => {
    const proxy = await SilentProxy.start(await newDatabase());
    const { child, exited } = await start({ IC_HOST_DATABASE_URL: proxy.url });
    proxy.silence({ ofNewOnes: true });
    child.kill('SIGINT');
    expect(await exited).to.equal(0);
    proxy.close();
  });

  it('where the collector of its traces and metrics doesn’t answer', async () => {
    await ends(await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://${muteUrl}` }));
    expect(heard).to.be.above(0);
  });

  it('where an adapter answers nothing, and hears no signal', async () => {
    const host = await start({}, '--manifest', writtenAdapter(DEAF, MANIFEST));
    const asked: string[] = [];
    host.child.stdout?.on('data', (text) => asked.push(...(String(text).match(/(?<=asked: )\w+/g) ?? [])));
    expect((await host.call('PUT', '', { name: 'b', guid: 'g', adapter: 'acme', settings: {} })).status).to.equal(201);
    const answers = [
      host.call('POST', '/accounts/a/refresh'),
      host.call('POST', '/payments', PAYMENT),
      host.call('POST', '/invoice-files?filename=f', '{}'),
    ].map((answer) => answer.catch(() => undefined));
    while (new Set(asked).size < 3) await wait(20);
    await ends(host);
    await Promise.all(answers);
  });
});
