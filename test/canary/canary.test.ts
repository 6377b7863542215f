/** Plants secrets, drives every flow and every fault with them, and looks for them in all that the host wrote. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startSandbox } from '@ic-host/adapter-britecore/sandbox';
import { expect } from 'chai';
import { temporaryFolder } from '../host-fixture.js';
import { type HostProcess, spawnHost } from '../host-process.js';

/** What each secret holds in its middle: whatever a form does to the rest, this is looked for. */
const MARK = 'CANARYx7Q';
const HARD = `k'"\\/+ <&é💥${MARK}%\t=ü;`;

/** The mark, as it is and in the encodings that hide it. */
const LOOKED_FOR: Buffer[] = [
  ...[MARK, MARK.toLowerCase(), MARK.toUpperCase()],
  ...[0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), Buffer.from(MARK)]).toString('base64');
    return whole.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + MARK.length) * 8) / 6));
  }),
  ...[Buffer.from(MARK).toString('hex'), Buffer.from(MARK).toString('hex').toUpperCase()],
  [...MARK].map((char) => `%${char.charCodeAt(0).toString(16)}`).join(''),
].map((text) => Buffer.from(text));

const holding = (bytes: Buffer): boolean => LOOKED_FOR.some((form) => bytes.includes(form));

/** All regular files below a folder. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** A partner that says what it was told back, in as many ways as partners do. */
const ECHOES: ((body: string, key: string) => [status: number, type: string, text: string])[] = [
  (body) => [500, 'text/html', `<pre>${body.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)}</pre>`],
  (_, key) => [
    500,
    'text/html',
    `<p>${key.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')}</p>`,
  ],
  (_, key) => [400, 'application/json', JSON.stringify({ success: false, messages: [`${key} is wrong`], data: {} })],
  (_, key) => [200, 'application/json', JSON.stringify({ success: false, messages: [`no: ${key}`], data: {} })],
  (_, key) => [200, 'application/json', JSON.stringify({ success: true, messages: [`yes: ${key}`], data: { key } })],
  (body) => [403, 'application/json', JSON.stringify({ error: JSON.stringify({ body }) })],
  (_, key) => [401, 'text/plain', `Authorization: Basic ${Buffer.from(`user:${key}`).toString('base64')}`],
  (_, key) => [502, 'text/plain', `at https://x/?k=${encodeURIComponent(key)} ${new URLSearchParams({ key })}`],
  (_, key) => [429, 'text/plain', encodeURIComponent(key).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())],
  (_, key) => [200, 'text/plain', `not json: ${key}`],
  (_, key) => [
    404,
    'application/json',
    JSON.stringify({ key }).replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ],
  (_, key) => [500, 'text/plain', Buffer.from(key).toString('hex')],
  (_, key) => [500, 'text/plain', `${'x'.repeat(4_080)}${key}`],
];

describe('planted secrets', function () {
  this.timeout(120_000);
  const dataDir = join(temporaryFolder(), 'data');
  const collected: Buffer[] = [];
  const told: Buffer[] = [];
  const answers: string[] = [];
  let host: HostProcess;
  let token: string;

  const listen = async (answer: (request: IncomingMessage, response: ServerResponse) => unknown) => {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${host.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    answers.push(`${method} ${path} ${response.status} ${JSON.stringify([...response.headers])} ${text}`);
    return response.headers.get('content-type')?.includes('application/json') ? JSON.parse(text) : {};
  };

  it('are in nothing that it wrote, said or sent', async () => {
    const secretFile = join(temporaryFolder(), 'key');
    writeFileSync(secretFile, HARD);
    token = `token-${MARK}-${'t'.repeat(30)}`;
    const collector = await listen(async (request, response) => {
      collected.push(Buffer.concat(await request.toArray()));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    host = await spawnHost(
      dataDir,
      {
        ...{
          IC_HOST_LOG_LEVEL: 'trace',
          IC_HOST_API_TOKEN: token,
          IC_HOST_MASTER_KEY: `master ${MARK}`,
          PARTNER_KEY: HARD,
        },
        ...{ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
        ...{ OTEL_BSP_SCHEDULE_DELAY: '200', OTEL_METRIC_EXPORT_INTERVAL: '500', NODE_NO_WARNINGS: '1' },
        // Of its own, not a test's shared one: its files are looked through.
        IC_HOST_DATABASE_URL: '',
      },
      '--manifest',
      'adapter.manifest.json',
    );
    host.child.stdout?.on('data', (chunk) => told.push(chunk));
    host.child.stderr?.on('data', (chunk) => told.push(chunk));
    const sandbox = await startSandbox({ key: HARD });
    const { billerId: _, ...good } = sandbox.biller;
    const { accountNumber, invoiceNumber } = sandbox.example;
    const payment = (transactionId: string) => ({
      ...{ transactionId, accountNumber, invoiceNumber, amount: '15.00', paymentDate: '2026-11-24', method: 'Visa' },
      ...{ source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
    });
    let seen = 0;
    const echoes = await Promise.all(
      ECHOES.map((way) =>
        listen(async (request, response) => {
          seen++;
          const body = Buffer.concat(await request.toArray()).toString();
          const key = (JSON.parse(body || '{}') as { api_key?: string }).api_key ?? HARD;
          const [status, type, text] = way(body, key);
          response.writeHead(status, { 'content-type': type, 'x-key': encodeURIComponent(key) }).end(text);
        }),
      ),
    );

    async function everyFlow(biller: string): Promise<void> {
      const base = `/v1/billers/${biller}`;
      await call('POST', `${base}/check`);
      await call('POST', `${base}/accounts/${accountNumber}/refresh`);
      await call('POST', `${base}/payments`, payment(`${biller}-1`), { prefer: 'wait=1' });
      await call('POST', `${base}/payments/${biller}-1/return`, { code: 'R01', returnedOn: '2026-11-24' });
      for (const kind of ['paperless', 'autopay'])
        await call('PUT', `${base}/accounts/${accountNumber}/enrollments/${kind}`, { enabled: true });
      await call('GET', `${base}/invoices/${invoiceNumber}/document`);
      await wait(300);
      for (const path of [
        '',
        '/overview',
        '/partner',
        `/accounts/${accountNumber}`,
        `/accounts/${accountNumber}/history`,
      ])
        await call('GET', `${base}${path}`);
    }
    for (const [biller, key] of [
      ['sealed', HARD],
      ['env', { env: 'PARTNER_KEY' }],
      ['file', { file: secretFile }],
    ] as const) {
      await call('PUT', `/v1/billers/${biller}`, {
        ...good,
        adapter: 'britecore',
        settings: { ...good.settings, 10: key },
      });
      await everyFlow(biller);
    }
    const settingsOf = (url: string) =>
      Object.fromEntries(
        Object.entries(good.settings).map(([name, value]) => [
          name,
          name === '10' ? HARD : value.replace(sandbox.url, url),
        ]),
      );
    await Promise.all(
      echoes.map(async ({ url }, index) => {
        const settings = settingsOf(url);
        const options = { recordPercent: 100 };
        await call('PUT', `/v1/billers/echo-${index}`, { ...good, adapter: 'britecore', settings, options });
        await everyFlow(`echo-${index}`);
      }),
    );
    // And with partners that say nothing at all.
    const hanging = await listen(() => undefined);
    const resetting = await listen((request) => request.socket.resetAndDestroy());
    const half = await listen((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy());
    });
    await Promise.all(
      ['http://127.0.0.1:1', 'https://127.0.0.1:1', hanging.url, resetting.url, half.url].map(async (url, index) => {
        const body = { ...good, adapter: 'britecore', settings: settingsOf(url), options: { timeoutMs: 300 } };
        await call('PUT', `/v1/billers/silent-${index}`, body);
        await everyFlow(`silent-${index}`);
      }),
    );
    // Every payment was tried, and the partners that refuse us are known.
    for (let tries = 0; tries < 25; tries++) {
      const { deliveries: all } = await call('GET', '/v1/deliveries?kind=payment&limit=1000');
      if (all.every(({ attempts }: { attempts: number }) => attempts > 0)) break;
      await wait(200);
    }
    // Wrong settings, with the secret where it doesn't belong.
    await call('PUT', '/v1/billers/wrong', {
      ...good,
      adapter: 'britecore',
      settings: { ...good.settings, 8: `https://${'x'}@partner.example/` },
    });
    await call('POST', '/v1/session', { token }, { authorization: '' });
    const { deliveries } = await call('GET', '/v1/deliveries?limit=1000');
    for (const { id } of deliveries) await call('GET', `/v1/deliveries/${id}`);
    for (const path of [
      '/v1/billers',
      '/v1/overview',
      '/v1/audit?limit=1000',
      '/v1/audit.ndjson',
      '/v1/adapters',
      '/v1/doctor',
      '/v1/tokens',
      '/metrics',
      '/openapi.json',
      '/',
      '/v1/changes',
    ])
      await call('GET', path);
    await call('POST', '/v1/tokens', { name: 'one', scope: 'read' });
    for (const args of [['doctor'], ['billers', 'sealed'], ['deliveries', '--limit', '500'], ['audit']])
      await new Promise<void>((done) =>
        execFile(
          process.execPath,
          ['dist/src/main.js', ...args, '--url', host.url],
          { env: { ...process.env, IC_HOST_API_TOKEN: token, IC_HOST_DATA_DIR: dataDir } },
          (_error, out, err) => {
            answers.push(`ic-host ${args.join(' ')}: ${out}${err}`);
            done();
          },
        ),
      );
    await wait(1_500);
    host.child.kill('SIGTERM');
    await host.exited;
    await sandbox.close();
    for (const { server } of [...echoes, collector, hanging, resetting, half]) {
      server.close();
      server.closeAllConnections();
    }

    expect(seen, 'the echoes were asked').to.be.greaterThan(ECHOES.length * 4);
    expect(deliveries.length).to.be.greaterThan(50);
    expect(collected.length, 'spans and metrics were sent').to.be.greaterThan(3);
    expect(Buffer.concat(told).toString(), 'the log was written').to.include('are paused');
    const said = answers.filter((text) => holding(Buffer.from(text)));
    expect(said, said[0]?.slice(0, 2_000)).to.have.length(0);
    const logged = Buffer.concat(told)
      .toString()
      .split('\n')
      .filter((line) => holding(Buffer.from(line)));
    expect(logged, logged[0]?.slice(0, 2_000)).to.have.length(0);
    expect(collected.filter(holding).map(String), 'in what was sent to the collector').to.have.length(0);
    const files = filesIn(dataDir);
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes, 'the database and its log of changes were there to be looked through').to.be.greaterThan(10_000_000);
    expect(files.filter((file) => holding(readFileSync(file)))).to.deep.equal([]);
    // What is looked for would be found, were it there.
    expect(readFileSync(secretFile).includes(MARK)).to.equal(true);
    expect(files.some((file) => readFileSync(file).includes('Jordan Example'))).to.equal(true);
  });
});
