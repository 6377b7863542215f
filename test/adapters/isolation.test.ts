import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import {
  AdapterError,
  DOCUMENT_PROVIDER,
  type DocumentProvider,
  ENROLLMENT_SINK,
  type EnrollmentSink,
  INVOICE_FILE_PARSER,
  type InvoiceFileParser,
} from '@ic-host/contracts';
import { trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { type AdapterRegistry, loadAdapters } from '../../src/adapters/adapter-registry.js';
import { THREAD_ENDED } from '../../src/adapters/isolation/isolated-adapter.js';
import { type Port, Wire } from '../../src/adapters/isolation/wire.js';
import { type OpenScope, openScope } from '../../src/adapters/open-scope.js';
import { NEVER } from '../../src/egress/call-time.js';
import { DEFAULT_LIMITS } from '../../src/egress/way-out.js';
import { TestHost, temporaryFolder } from '../host-fixture.js';
import { CONTRACTS, hostManifest, writtenAdapter } from '../written-adapter.js';

const MANIFEST = {
  ...{ id: 'acme', name: 'Acme', version: '1.0.0', hostApi: '^1.0.0', entry: './entry.js', egress: ['127.0.0.1'] },
  settings: [
    { key: 'url', title: 'URL', type: 'text' },
    { key: 'key', title: 'Key', type: 'text', secret: true },
  ],
  contracts: [
    { name: 'enrollment-sink', version: '1' },
    { name: 'document-provider', version: '1' },
    { name: 'invoice-file-parser', version: '1' },
  ],
};
/** Does what the account number says. */
const entry = (imports = '') => `${imports}
import { AdapterError, adapterModule, BILLER, DOCUMENT_PROVIDER, ENROLLMENT_SINK, INVOICE_FILE_PARSER, LOGGER, PARTNER_HTTP, SETTINGS } from ${CONTRACTS};
const attempt = (work) => { try { return String(work()); } catch (error) { return error.code ?? error.message; } };
const kept = [];
let [made, clients] = [0, 0];
export default adapterModule(({ bind }) => {
  bind('client').toDynamicValue(() => String(++clients)).inSingletonScope();
  bind(DOCUMENT_PROVIDER).toDynamicValue((context) => ({
    async fetch() { throw new AdapterError('not-found', context.get('client')); },
  }));
  bind(INVOICE_FILE_PARSER).toConstantValue({ async *parse({ bytes }) {
    for await (const chunk of bytes) yield { type: 'batch', records: [], setAside: [], bytesRead: chunk.length };
    setTimeout(() => { throw new Error('boom in a file'); }, 0);
    await new Promise(() => {});
  } });
  bind(ENROLLMENT_SINK).toDynamicValue((context) => {
    const http = context.get(PARTNER_HTTP);
    const settings = context.get(SETTINGS);
    made++;
    return {
      async setPaperless({ accountNumber }, signal) {
        const tell = (...partnerMessages) => ({ partnerMessages });
        switch (accountNumber) {
          case 'biller': return tell(context.get(BILLER).billerId, settings.require('url'));
          case 'client': return tell(context.get('client'));
          case 'made': return tell(String(made));
          case 'env': return tell(Object.keys(process.env).join());
          case 'loads': {
            const told = [];
            for (const name of ['node:fs', 'fs/promises', 'node:net', 'node:http', 'https', 'node:child_process', 'node:worker_threads',
              'node:module', 'node:vm', 'node:dgram', 'node:dns', 'node:os', 'node:process', 'file:///etc/passwd', 'file:///etc/hostname.json'])
              told.push(await import(name).then(() => 'loaded ' + name, (error) => error.code));
            return tell(...told);
          }
          case 'globals': return tell(typeof fetch, typeof WebSocket, typeof process.binding, typeof process.dlopen,
            attempt(() => process.getBuiltinModule('fs')), attempt(() => process.getBuiltinModule('node:net')));
          case 'axios': {
            const { default: axios } = await import('axios');
            return tell(await axios.get(settings.require('url')).then(() => 'reached', (error) => error.code ?? error.message),
              await http.get(settings.require('url'), { adapter: 'http' }).then(() => 'reached', (error) => error.code ?? error.message));
          }
          case 'call': return tell(String((await http.get(settings.require('url') + '/ok', { signal, partnerCall: { operation: 'ask', effect: 'read' } })).data.a));
          case 'elsewhere': return tell((await http.get('http://192.168.7.7/')).data);
          case 'refuse': throw new AdapterError('rejected', 'no', { code: 'because', partnerMessages: ['no!'] });
          case 'loop': for (;;);
          case 'write and loop': void http.post(settings.require('url') + '/ok', {}, { partnerCall: { operation: 'set', effect: 'write' } });
            await new Promise((done) => setTimeout(done, 200));
            for (;;);
          case 'leak': for (;;) { kept.push(new Array(1e6).fill(kept.length)); await null; }
          case 'crash': setTimeout(() => { throw new Error('boom with ' + settings.require('key')); }, 0); return new Promise(() => {});
          case 'exit': process.exit(3);
          case 'hang': await new Promise((_, fail) => signal.addEventListener('abort', () => fail(new AdapterError('unavailable', 'given up', { code: 'given-up' }))));
        }
        return tell('done');
      },
      async setAutopay() { return { partnerMessages: [] }; },
    };
  });
});`;

/** @param url of the partner */
function open(loaded: AdapterRegistry, url: string): OpenScope {
  const { manifest, module } = loaded.get('acme');
  const silent = () => undefined;
  return openScope({
    ...{ manifest, module, options: {}, limits: DEFAULT_LIMITS, allowPrivate: true, pace: async () => undefined },
    biller: { billerId: '1663', name: 'b', guid: 'g', openBilling: true, invoiceTypeId: 1 },
    read: (key) => ({ url, key: 'kept-secret' })[key],
    ...{ log: { debug: silent, info: silent, warn: silent, error: silent }, tracer: trace.getTracer('test') },
  });
}

/** Loads it, changes a file of it, ends its thread, and waits until it was to be started again and could not. */
async function unstartable(text: string, change: (folder: string) => void, integrity?: (folder: string) => string) {
  const file = writtenAdapter(text, MANIFEST);
  const folder = join(dirname(file), 'acme');
  writeFileSync(join(folder, 'ready.js'), '');
  const pinned = integrity ? { integrity: integrity(folder) } : {};
  writeFileSync(file, JSON.stringify({ hostApi: '1', adapters: [{ source: './acme', isolated: true, ...pinned }] }));
  const adapters = await loadAdapters(file, { isolation: { restartMs: 50 } });
  const { container, wayOut } = open(adapters, 'http://127.0.0.1');
  const sink = await container.getAsync<EnrollmentSink>(ENROLLMENT_SINK);
  const does = (what: string) => sink.setPaperless({ accountNumber: what, enabled: true }, NEVER);
  await does('biller');
  change(folder);
  await does('crash').catch(() => undefined);
  const state = () => adapters.get('acme').isolated?.state;
  while ((state()?.restarts ?? 0) < 2) await wait(20);
  const close = async () => {
    await adapters.close();
    await wayOut.close();
  };
  return { folder, does, state, close };
}

describe('an isolated adapter', () => {
  let adapters: AdapterRegistry;
  let scope: OpenScope;
  let sink: EnrollmentSink;
  let url: string;
  const faults: string[] = [];
  let requests = 0;
  const partner = createServer((request, response) => {
    requests++;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ a: 1, b: request.url }));
  });

  async function load(text = entry(), more: object = {}): Promise<AdapterRegistry> {
    const file = writtenAdapter(text, MANIFEST, { isolated: true, ...more });
    const tell = (_id: string, fault: string) => faults.push(fault);
    return loadAdapters(file, { tell, isolation: { hangMs: 5_000, restartMs: 100 } });
  }

  before(async () => {
    partner.listen(0, '127.0.0.1');
    await once(partner, 'listening');
    url = `http://127.0.0.1:${(partner.address() as AddressInfo).port}`;
    adapters = await load(entry(), { memoryMb: 64 });
    scope = open(adapters, url);
    sink = await scope.container.getAsync<EnrollmentSink>(ENROLLMENT_SINK);
  });
  after(async () => {
    await adapters?.close();
    await scope?.wayOut.close();
    partner.close();
    partner.closeAllConnections();
  });

  const does = async (what: string, signal = new AbortController().signal) =>
    (await sink.setPaperless({ accountNumber: what, enabled: true }, signal)).partnerMessages;
  const fails = (what: string, signal?: AbortSignal): Promise<AdapterError> =>
    does(what, signal).then(
      (told) => expect.fail(`it did: ${told}`),
      (error) => error,
    );
  /** Its thread runs again. */
  const again = async () => {
    for (let tries = 0; tries < 100; tries++) {
      if (await does('biller').catch(() => undefined)) return;
      await wait(50);
    }
    expect.fail('its thread was not started again');
  };

  it('knows its biller and its settings', async () => expect(await does('biller')).to.deep.equal(['1663', url]));
  it('makes a contract once', async () => {
    for (const _ of [1, 2]) expect(await does('made')).to.deep.equal(['1']);
  });
  it('makes what its contracts share once for a biller', async () => {
    const documents = await scope.container.getAsync<DocumentProvider>(DOCUMENT_PROVIDER);
    const told = await documents.fetch({ invoiceNumber: 'i' }, NEVER).catch((error) => error.message);
    expect(await does('client')).to.deep.equal([told]);
  });
  it('has a biller’s new settings, and the old ones where a call was begun with them', async () => {
    const changed = open(adapters, 'http://changed');
    const other = await changed.container.getAsync<EnrollmentSink>(ENROLLMENT_SINK);
    const told = await other.setPaperless({ accountNumber: 'biller', enabled: true }, NEVER);
    expect(told.partnerMessages).to.deep.equal(['1663', 'http://changed']);
    expect(await does('biller')).to.deep.equal(['1663', url]);
    await changed.wayOut.close();
  });
  it('sees no environment', async () => expect(await does('env')).to.deep.equal(['']));
  it('loads neither files nor ways to the network', async () =>
    expect(new Set(await does('loads'))).to.deep.equal(new Set(['ERR_ISOLATED'])));
  it('finds no other way to them', async () =>
    expect(await does('globals')).to.deep.equal([
      ...['undefined', 'undefined', 'undefined', 'undefined', 'undefined', 'undefined'],
    ]));
  it('reaches its partner by the host’s way out alone', async () => {
    expect(await does('call')).to.deep.equal(['1']);
    for (const told of await does('axios')) expect(told).to.not.equal('reached');
    expect((await fails('elsewhere')).code).to.equal('egress-refused');
  });
  it('throws what a host understands', async () => {
    const error = await fails('refuse');
    expect(AdapterError.is(error)).to.equal(true);
    expect(error).to.include({ kind: 'rejected', code: 'because', message: 'no' });
    expect(error.partnerMessages).to.deep.equal(['no!']);
  });
  it('sends nothing more where its caller finds out only as it is asked that it has given up', async () => {
    const { signal } = new AbortController();
    let asked = 0;
    Object.defineProperty(signal, 'aborted', { get: () => ++asked > 1 }); // as of a lease that its host has slept past
    const before = requests;
    const error = await sink.setPaperless({ accountNumber: 'call', enabled: true }, signal).catch((error) => error);
    expect(error.code).to.equal('IC_NOT_SENT');
    expect(requests).to.equal(before);
  });

  it('hands on what a partner says as it is, whatever it looks like', async () => {
    const { port1, port2 } = new MessageChannel();
    const said = [
      { $: 'date', text: 'none' },
      { $: 'plain', plain: { $: 1 } },
      JSON.parse('{ "__proto__": { "$": "stream" } }'),
      { deep: [{ $: 'adapter-error' }] },
    ];
    const failed = Object.assign(new Error('no'), { isAxiosError: true, response: { status: 500, data: said } });
    new Wire(port2 as unknown as Port, {
      give: () => said,
      fail: () => Promise.reject(failed),
      parts: async function* () {
        yield* said;
      },
      untellable: () => {
        throw Object.defineProperty(new Error('no'), 'message', {
          get: () => {
            throw new Error('nothing');
          },
        });
      },
    });
    const here = new Wire(port1 as unknown as Port, {});
    expect(await here.call('give')).to.deep.equal(said);
    const error = (await here.call('fail').catch((error) => error)) as typeof failed;
    expect(error.response.data).to.deep.equal(said);
    const parts: unknown[] = [];
    for await (const part of (await here.call('parts')) as AsyncIterable<unknown>) parts.push(part);
    expect(parts).to.deep.equal(said);
    const message = (called: Promise<unknown>) => called.catch((error: Error) => error.message);
    expect(await message(here.call('untellable'))).to.include('can’t be told');
    // What no wire sends breaks no more than the call that it answers.
    const broken = here.call('never');
    port2.postMessage({ t: 'failed', id: 5, error: { $: 'date', text: 'none' } });
    expect(await message(broken)).to.include('date');
    port1.close();
  });

  it('keeps nothing of a call that has ended', async () => {
    const { port1, port2 } = new MessageChannel();
    const there = new Wire(port2 as unknown as Port, { take: (signal: AbortSignal) => signal.aborted });
    const here = new Wire(port1 as unknown as Port, {});
    for (let call = 0; call < 10; call++) expect(await here.call('take', new AbortController().signal)).to.equal(false);
    expect(await here.call('take', NEVER)).to.equal(false);
    expect((there as unknown as { signals: Map<number, unknown> }).signals.size).to.be.below(2); // the last is on its way
    port1.close();
  });

  it('gives up when its caller does', async () => {
    const caller = new AbortController();
    setTimeout(() => caller.abort(), 50);
    expect((await fails('hang', caller.signal)).code).to.equal('given-up');
  });

  for (const [what, fault] of [
    ['loop', /did not answer/],
    ['leak', /memory/],
    ['crash', /boom with \*+$/],
    ['exit', /by itself/],
  ] as const)
    it(`${what}: its thread ends and is started again; nothing happened at the partner`, async function () {
      this.timeout(30_000);
      const before = adapters.get('acme').isolated?.state.restarts ?? 0;
      const beat = setInterval(() => undefined, 5);
      const [error, other] = await Promise.all([fails(what), fails('hang')]);
      clearInterval(beat);
      expect(error).to.include({ kind: 'unavailable', code: 'adapter-ended' });
      expect(other).to.include({ kind: 'unavailable', code: 'adapter-ended' });
      expect(faults.at(-1)).to.match(fault);
      await again();
      const state = adapters.get('acme').isolated?.state;
      expect(state).to.include({ state: 'running', restarts: before + 1 });
      expect(state?.lastFault).to.match(fault);
    });
  it('lost after it wrote to the partner, its outcome is unknown', async () => {
    expect(await fails('write and loop')).to.include({ kind: 'unknown-outcome', code: 'adapter-ended' });
    await again();
  });

  it('lost in the middle of a file, says so of what was read of it', async () => {
    const parser = await scope.container.getAsync<InvoiceFileParser>(INVOICE_FILE_PARSER);
    const bytes = Readable.from([Buffer.from('abc'), Buffer.from('de')]);
    const read: number[] = [];
    const reading = async () => {
      for await (const part of parser.parse({ fileName: 'f', bytes }, NEVER))
        if (part.type === 'batch') read.push(part.bytesRead);
    };
    const error = await reading().catch((failed) => failed);
    expect(error).to.include({ kind: 'unavailable', code: THREAD_ENDED });
    expect(read).to.deep.equal([3, 2]);
    await again();
  });

  it('is started again until it can be loaded, and asked nothing until then', async function () {
    this.timeout(30_000);
    const ready = (folder: string) => join(folder, 'ready.js');
    const { folder, does, state, close } = await unstartable(entry("import './ready.js';"), (of) => rmSync(ready(of)));
    try {
      expect(state()).to.include({ state: 'restarting' });
      expect(state()?.lastFault).to.match(/ready\.js/);
      const refused = await does('biller').catch((error) => error);
      expect(refused).to.include({ kind: 'unavailable', code: 'adapter-restarting' });
      writeFileSync(ready(folder), '');
      while (state()?.state !== 'running') await wait(20);
      expect((await does('biller')).partnerMessages).to.include('1663');
    } finally {
      await close();
    }
  });

  it('is unavailable, and nothing that its settings could mend, where its thread ends as it is made', async function () {
    this.timeout(30_000);
    const text = `import { adapterModule, DOCUMENT_PROVIDER, ENROLLMENT_SINK, INVOICE_FILE_PARSER } from ${CONTRACTS};
      export default adapterModule(({ bind }) => { [DOCUMENT_PROVIDER, INVOICE_FILE_PARSER].map((token) => bind(token).toConstantValue({}));
        bind(ENROLLMENT_SINK).toDynamicValue(() => { for (;;); }); });`;
    const own = await loadAdapters(writtenAdapter(text, MANIFEST, { isolated: true }), {
      isolation: { hangMs: 2_000 },
    });
    const { container, wayOut } = open(own, url);
    const error = await container.getAsync<EnrollmentSink>(ENROLLMENT_SINK).catch((failed) => failed);
    expect(error).to.include({ kind: 'unavailable', code: 'adapter-ended' });
    await own.close();
    await wayOut.close();
  });

  it('is quarantined where it needs what it may not have', async () => {
    const { quarantined } = await load(entry("import 'node:fs';"));
    expect(quarantined[0]?.faults[0]?.message).to.include('an isolated adapter may not load node:fs');
  });
  it('is quarantined where what it binds is not what it claims', async () => {
    const { quarantined } = await load(`import { adapterModule } from ${CONTRACTS};
      export default adapterModule(() => {});`);
    expect(quarantined[0]?.faults[0]?.message).to.include("the module doesn't bind it");
  });

  it('BriteCore does in a thread of its own what it does without', async function () {
    this.timeout(60_000);
    const manifest = hostManifest({ source: resolve('plugins/britecore'), isolated: true });
    const host = await TestHost.start({ manifest });
    try {
      await host.biller();
      const [adapter] = (await host.call('GET', '/v1/adapters')).body.adapters;
      expect(adapter).to.include({ id: 'britecore', health: 'loaded', pinned: false });
      expect(adapter.isolated).to.include({ state: 'running', restarts: 0 });
      const { accountNumber, invoiceNumber } = host.sandbox.example;
      const account = `/v1/billers/1663/accounts/${accountNumber}`;
      const refreshed = (await host.call('POST', `${account}/refresh`)).body;
      expect(refreshed.invoices.map((invoice: { invoiceNumber: string }) => invoice.invoiceNumber)).to.include(
        invoiceNumber,
      );
      await host.call('POST', '/v1/billers/1663/payments', host.payment('isolated'));
      const paid = await host.settled('/v1/billers/1663/payments/isolated');
      expect(paid).to.include({ state: 'delivered', duplicate: false });
      expect(paid.attempts[0].exchanges, 'what was said is recorded').to.have.length.greaterThan(0);
      await host.call('PUT', `${account}/enrollments/paperless`, { enabled: true });
      expect((await host.settled(`${account}/enrollments/paperless`)).state).to.equal('delivered');
      const pdf = await host.call('GET', `/v1/billers/1663/invoices/${invoiceNumber}/document`);
      expect([pdf.status, pdf.body.slice(0, 5)]).to.deep.equal([200, '%PDF-']);
      const { invoiceFile } = await import('@ic-host/adapter-britecore/sandbox');
      const text = [...invoiceFile({ invoices: 3_000, billerGuid: host.sandbox.biller.guid })].join('');
      const path = '/v1/billers/1663/invoice-files';
      const { importId } = (await host.call('POST', `${path}?filename=1663_11232026.JSON`, text)).body;
      expect(await host.settled(`${path}/${importId}`)).to.include({ state: 'applied', records: 3_000 });
    } finally {
      await host.close();
    }
  });
});

describe('a pinned adapter', () => {
  it('is loaded as it was pinned, and not when a file of it was changed, added or taken away', async () => {
    const { integrityOf } = await import('../../src/adapters/integrity.js');
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'acme/lib'), { recursive: true });
    const files: Record<string, string> = {
      'acme/package.json': '{"type":"module"}',
      'acme/adapter.manifest.json': JSON.stringify(MANIFEST),
      'acme/entry.js': entry(),
      'acme/lib/more.js': '',
    };
    const write = () => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    };
    write();
    const integrity = integrityOf(join(folder, 'acme'));
    const file = join(folder, 'adapter.manifest.json');
    writeFileSync(file, JSON.stringify({ hostApi: '1', adapters: [{ source: './acme', integrity }] }));
    expect((await loadAdapters(file)).loaded.get('acme')?.pinned).to.equal(true);
    for (const [name, text] of [
      ['acme/lib/more.js', '// changed'],
      ['acme/lib/added.js', ''],
    ] as const) {
      write();
      writeFileSync(join(folder, name), text);
      const { loaded, quarantined } = await loadAdapters(file);
      expect(loaded.size, name).to.equal(0);
      expect(quarantined[0]?.faults[0]?.message).to.include('pins');
    }
  });

  it('runs nothing else when its thread is started again', async function () {
    this.timeout(30_000);
    const { integrityOf } = await import('../../src/adapters/integrity.js');
    const change = (folder: string) => writeFileSync(join(folder, 'entry.js'), `${entry()}// changed`);
    const { folder, does, state, close } = await unstartable(entry(), change, integrityOf);
    try {
      expect(state()?.lastFault).to.include('pins');
      writeFileSync(join(folder, 'entry.js'), entry());
      while (state()?.state !== 'running') await wait(20);
      expect((await does('biller')).partnerMessages).to.include('1663');
    } finally {
      await close();
    }
  });
});
