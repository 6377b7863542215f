import { createClient, HostProblem } from '@ic-host/client';
import { type ChangePage, followChanges } from '@ic-host/client/changes';
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';

describe('following the change feed', function () {
  this.timeout(60_000);
  const accountNumber = 'FM4000264061';
  let host: TestHost;
  const client = (more = {}) => createClient({ baseUrl: host.host.url, token: host.host.token, ...more });
  const refresh = (billerId: string) =>
    host.call('POST', `/v1/billers/${billerId}/accounts/${accountNumber}/refresh`, undefined);
  /** Reads until there were so many changes. */
  const read = async (pages: AsyncIterable<ChangePage>, count: number): Promise<ChangePage['changes']> => {
    const all: ChangePage['changes'] = [];
    for await (const { changes } of pages) {
      all.push(...changes);
      if (all.length >= count) break;
    }
    return all;
  };

  before(async () => {
    host = await TestHost.start();
    await host.biller();
  });
  after(() => host.close());

  it('gives what happened, page by page, and what happens then, each once and in order', async () => {
    const first: ChangePage['changes'] = (await refresh('1663')).body.changes;
    const count = first.length;
    await host.biller('later');
    const all = read(followChanges(client(), { limit: 1 }), 2 * count);
    await refresh('later');
    expect((await all).map(({ billerId }) => billerId)).to.deep.equal([
      ...Array(count).fill('1663'),
      ...Array(count).fill('later'),
    ]);
    expect(new Set((await all).map(({ cursor }) => cursor)).size).to.equal(2 * count);
  });

  it('goes on where it was when the host is back, and says that it waits for it', async () => {
    const { port } = new URL(host.host.url);
    const waited: string[] = [];
    const pages = followChanges(client(), { onRetry: ({ code }) => waited.push(code) })[Symbol.asyncIterator]();
    const before = (await pages.next()).value as ChangePage;
    const next = pages.next();
    const { databaseUrl, host: stopped } = host;
    await stopped.close();
    host = await TestHost.start({ databaseUrl, port: Number(port), token: stopped.token });
    await host.biller('again');
    await refresh('again');
    const after = (await next).value as ChangePage;
    expect(after.changes[0]).to.include({ billerId: 'again', change: 'created' });
    expect(before.changes.map(({ cursor }) => cursor)).to.not.include(after.changes[0]?.cursor);
    expect(waited).to.include('no-answer');
    await pages.return?.();
  });

  it('asks again where the host has fallen silent', async () => {
    let asked = 0;
    const silent = (request: Request): Promise<Response> =>
      new Promise((_, fail) => request.signal.addEventListener('abort', () => fail(request.signal.reason)));
    const told: string[] = [];
    const pages = followChanges(client({ fetch: (request: Request) => (asked++ ? fetch(request) : silent(request)) }), {
      ...{ silenceMs: 50, onRetry: ({ message }: HostProblem) => told.push(message) },
    });
    expect(await read(pages, 1)).not.to.deep.equal([]);
    expect(told[0]).to.equal('the host does not answer: it has said nothing for 0.05 s');
  });

  it('ends with its signal, also while it waits', async () => {
    const end = new AbortController();
    const { next } = (await host.call('GET', '/v1/changes?limit=1000')).body;
    const pages = followChanges(client(), { after: next, signal: end.signal });
    setTimeout(() => end.abort(), 200);
    expect(await read(pages, 1)).to.deep.equal([]);
    const gone = followChanges(client({ baseUrl: 'http://127.0.0.1:9' }), {
      signal: end.signal,
    });
    expect(await read(gone, 1)).to.deep.equal([]);
  });

  it('throws what asking again does not mend', async () => {
    for (const [options, code, more] of [
      [{ after: 'nonsense' }, 'bad-cursor', {}],
      [{}, 'unauthorized', { token: 'wrong' }],
    ] as const) {
      const error = await read(followChanges(client(more), options), 1).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(HostProblem).with.property('code', code);
    }
  });
});
