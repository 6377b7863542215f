/** A host that sends real OTLP to a collector of ours: the tree of spans, and the metrics. */
import { createServer, type Server } from 'node:http';
import { startSandbox } from '@ic-host/adapter-britecore/sandbox';
import { expect } from 'chai';
import { newDatabase, temporaryFolder } from '../host-fixture.js';
import { type HostProcess, spawnHost } from '../host-process.js';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: Record<string, unknown>;
  links: string[];
}

type Attributes = { key: string; value: Record<string, unknown> }[];
const plain = (attributes: Attributes = []): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** What an OTLP collector takes, in its JSON form. */
class Collector {
  readonly spans: Span[] = [];
  readonly metrics = new Map<string, Record<string, unknown>[]>();
  readonly texts: string[] = [];
  readonly types = new Set<string>();
  resource: Record<string, unknown> = {};
  private server?: Server;

  async start(): Promise<string> {
    this.server = createServer(async (request, response) => {
      const text = Buffer.concat(await request.toArray()).toString();
      const type = request.headers['content-type'] ?? '';
      this.types.add(`${request.url} ${type}`);
      this.texts.push(text);
      if (type.includes('json')) this.take(JSON.parse(text));
      response.writeHead(200, { 'content-type': type }).end(type.includes('json') ? '{}' : '');
    });
    await new Promise((done) => this.server?.listen(0, '127.0.0.1', () => done(undefined)));
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  // biome-ignore lint/suspicious/noExplicitAny: OTLP's JSON
  private take({ resourceSpans = [], resourceMetrics = [] }: any): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      this.resource = plain(resource.attributes);
      for (const { spans } of scopeSpans)
        for (const span of spans)
          this.spans.push({
            ...span,
            attributes: plain(span.attributes),
            links: (span.links ?? []).map((link: { traceId: string }) => link.traceId),
          });
    }
    for (const { scopeMetrics } of resourceMetrics)
      for (const { metrics } of scopeMetrics)
        for (const metric of metrics) {
          const { dataPoints } = metric.sum ?? metric.gauge ?? metric.histogram;
          this.metrics.set(
            metric.name,
            dataPoints.map((point: { attributes: Attributes }) => plain(point.attributes)),
          );
        }
  }

  /** A trace as a tree of names, siblings in the order of their names; the same name twice is told once. */
  tree(traceId: string, parent = ''): Record<string, unknown> {
    const ids = new Set(this.spans.map(({ spanId }) => spanId));
    const children = this.spans.filter(
      (span) => span.traceId === traceId && (parent ? span.parentSpanId === parent : !ids.has(span.parentSpanId ?? '')),
    );
    const names = [...new Set(children.map(({ name }) => name))].sort();
    return Object.fromEntries(
      names.map((name) => [
        name,
        Object.assign(
          {},
          ...children.filter((span) => span.name === name).map(({ spanId }) => this.tree(traceId, spanId)),
        ),
      ]),
    );
  }

  root(name: string): Span {
    const found = this.spans.find((span) => span.name === name);
    if (!found)
      throw new Error(`no span ${name} among ${[...new Set(this.spans.map((span) => span.name))].join(', ')}`);
    return found;
  }

  close(): void {
    this.server?.close();
  }
}

describe('OpenTelemetry', function () {
  this.timeout(60_000);
  const KEY = "asdfghjkl;'";
  const token = 'the token of the telemetry test';
  const collector = new Collector();
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let host: HostProcess;
  let endpoint: string;
  const call = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    fetch(host.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });

  before(async () => {
    endpoint = await collector.start();
    sandbox = await startSandbox({ key: KEY });
    host = await spawnHost(temporaryFolder(), {
      ...{ IC_HOST_DATABASE_URL: await newDatabase(), IC_HOST_API_TOKEN: token, IC_HOST_LOG_LEVEL: 'silent' },
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
      ...{ OTEL_BSP_SCHEDULE_DELAY: '100', OTEL_METRIC_EXPORT_INTERVAL: '500' },
      ...{ OTEL_SERVICE_NAME: 'our-host', OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' },
    });
    const { billerId, ...biller } = sandbox.biller;
    await call('PUT', `/v1/billers/${billerId}`, { ...biller, adapter: 'britecore' });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await call('POST', '/v1/billers/1663/accounts/FM4000264061/refresh', undefined, { traceparent });
    const { accountNumber, invoiceNumber } = sandbox.example;
    await call(
      'POST',
      '/v1/billers/1663/payments',
      {
        ...{ transactionId: 'traced', accountNumber, invoiceNumber, amount: '15.00', paymentDate: '2026-11-24' },
        ...{ method: 'Visa', source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
      },
      { prefer: 'wait=10' },
    );
    await fetch(`${host.url}/v1/billers/1663/invoice-files?filename=${sandbox.sampleFile.fileName}`, {
      ...{ method: 'POST', body: sandbox.sampleFile.text },
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    });
    const until = Date.now() + 20_000;
    while (!collector.spans.some(({ name }) => name === 'import') && Date.now() < until)
      await new Promise((done) => setTimeout(done, 50));
    // What still waits is sent as it stops.
    host.child.kill('SIGTERM');
    await host.exited;
  });
  after(async () => {
    await sandbox?.close();
    collector.close();
  });

  it('names the host as the standard variables say', () =>
    expect(collector.resource).to.include({ 'service.name': 'our-host', 'deployment.environment.name': 'test' }));

  it('a look-up is one trace: request, adapter, partner, SQL; and goes on with the trace of who asked', () => {
    const root = collector.root('POST /v1/billers/:billerId/accounts/:accountNumber/refresh');
    expect(root).to.deep.include({ traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331' });
    expect(root.attributes).to.deep.include({ 'http.response.status_code': 200, 'ic.biller': '1663' });
    const [tree] = Object.values(collector.tree(root.traceId)) as Record<string, object>[];
    expect(tree).to.include.keys(
      'rtdr-provider.lookUp',
      'SELECT accounts',
      'SELECT invoices',
      'INSERT accounts',
      'INSERT changes',
    );
    expect(tree?.['rtdr-provider.lookUp']).to.have.property('partner policies/retrieve_policy');
  });

  it('a payment is held in one trace and delivered in another, which is linked to it', () => {
    const held = collector.root('POST /v1/billers/:billerId/payments');
    const [tree] = Object.values(collector.tree(held.traceId)) as object[];
    expect(tree).to.include.keys('INSERT deliveries');
    const delivered = collector.root('delivery');
    expect(delivered.links).to.deep.equal([held.traceId]);
    expect(delivered.attributes).to.include({ 'ic.biller': '1663', 'ic.delivery.kind': 'payment' });
    const [work] = Object.values(collector.tree(delivered.traceId)) as Record<string, object>[];
    expect(work).to.include.keys('payment-sink.post', 'UPDATE deliveries', 'INSERT delivery_attempts');
    expect(work?.['payment-sink.post']).to.have.property('partner payments/make_payment_by_invoice_or_policy');
  });

  it('an import is a trace: adapter and SQL', () => {
    const [tree] = Object.values(collector.tree(collector.root('import').traceId)) as object[];
    expect(tree).to.include.keys('invoice-file-parser.parse', 'WITH invoices', 'UPDATE invoice_files');
    expect(Object.keys(tree ?? {}).some((name) => name.startsWith('COPY'))).to.equal(true);
  });

  it('counts calls by biller, adapter, contract and outcome', () => {
    expect(collector.metrics.get('ic_host.contract.calls')).to.deep.include({
      ...{ 'ic.biller': '1663', 'ic.adapter': 'britecore', 'ic.contract': 'payment-sink', 'ic.method': 'post' },
      'ic.outcome': 'ok',
    });
    expect([...collector.metrics.keys()]).to.include.members([
      'ic_host.contract.duration',
      'ic_host.deliveries.waiting',
      'ic_host.deliveries.oldest',
      'ic_host.billers.held_back',
      'http.server.request.duration',
    ]);
  });

  it('no secret, no value of a statement and no name of a payer leaves with it', () => {
    const all = collector.texts.join('\n');
    for (const secret of [KEY, JSON.stringify(KEY).slice(1, -1), encodeURIComponent(KEY), token, 'Jordan Example'])
      expect(all.includes(secret), secret).to.equal(false);
  });

  it('speaks protobuf where nothing else is said, and nothing where it is switched off', async () => {
    const database = await newDatabase();
    const start = async (env: Record<string, string>): Promise<void> => {
      collector.types.clear();
      const other = await spawnHost(temporaryFolder(), {
        ...{ IC_HOST_DATABASE_URL: database, IC_HOST_API_TOKEN: token, IC_HOST_LOG_LEVEL: 'silent' },
        ...{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env },
      });
      await fetch(`${other.url}/v1/billers`, { headers: { authorization: `Bearer ${token}` } });
      other.child.kill('SIGTERM');
      await other.exited;
    };
    await start({});
    expect([...collector.types].sort()).to.deep.equal([
      '/v1/metrics application/x-protobuf',
      '/v1/traces application/x-protobuf',
    ]);
    await start({ OTEL_SDK_DISABLED: 'true' });
    expect([...collector.types]).to.deep.equal([]);
    await start({ OTEL_TRACES_EXPORTER: 'none' });
    expect([...collector.types]).to.deep.equal(['/v1/metrics application/x-protobuf']);
  });
});
