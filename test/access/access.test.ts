import { expect } from 'chai';
import { OPEN_OPERATIONS, OPERATIONS, scopeOf } from '../../src/http/operations.js';
import { TestHost } from '../host-fixture.js';

describe('who may do what', () => {
  let host: TestHost;
  const made: Record<string, { token: string; tokenId: string }> = {};
  const make = async (name: string, body: object) => {
    const answer = await host.call('POST', '/v1/tokens', { name, ...body });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    made[name] = answer.body;
  };
  const as = (name: string, method: string, path: string, body?: unknown) =>
    host.call(method, path, body, { authorization: `Bearer ${made[name]?.token ?? name}` });

  before(async () => {
    host = await TestHost.start({ attemptLimits: { failuresPerMinute: 5, lockOutSeconds: 1 } });
    await host.biller('1663');
    await host.biller('1664', { guid: 'another' });
    for (const [name, body] of Object.entries({
      reads: { scope: 'read' },
      operates: { scope: 'operate' },
      configures: { scope: 'configure' },
      one: { scope: 'configure', billers: ['1663'] },
    }))
      await make(name, body);
  });
  after(() => host.close());

  const at = (path: string) =>
    path
      .replace('{billerId}', '1663')
      .replace('{accountNumber}', 'none')
      .replace('{transactionId}', 'none')
      .replace('{invoiceNumber}', 'none')
      .replace(/\{(id|importId)\}/, '0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a')
      .replace('{tokenId}', '000000000000');

  for (const operation of OPERATIONS.filter(({ id }) => !OPEN_OPERATIONS.has(id) && id !== 'listen'))
    it(`${operation.id} needs the scope ${scopeOf(operation)}`, async () => {
      const ladder = ['reads', 'operates', 'configures'];
      const needed = ['read', 'operate', 'configure'].indexOf(scopeOf(operation));
      for (const [index, name] of ladder.entries()) {
        const { body } = await as(name, operation.method.toUpperCase(), at(operation.path));
        if (index < needed) expect(body.code, name).to.equal('scope-too-small');
        else expect(body?.code, name).to.not.equal('scope-too-small');
      }
    });

  for (const operation of OPERATIONS.filter(({ id, path }) => !OPEN_OPERATIONS.has(id) && path.includes('{billerId}')))
    it(`${operation.id} is refused for a biller that the token isn't for`, async () => {
      const other = at(operation.path.replace('{billerId}', '1664'));
      const { status, body } = await as('one', operation.method.toUpperCase(), other);
      expect([status, body.code]).to.deep.equal([403, 'biller-not-allowed']);
    });

  for (const operation of OPERATIONS.filter(
    ({ id, path, bySomeBillers }) => !OPEN_OPERATIONS.has(id) && !path.includes('{billerId}') && !bySomeBillers,
  ))
    it(`${operation.id} needs a token of all billers`, async () => {
      const { body } = await as('one', operation.method.toUpperCase(), at(operation.path));
      expect(body.code).to.equal('needs-all-billers');
    });

  it('a token of some billers sees nothing of another in any list', async () => {
    for (const billerId of ['1663', '1664']) {
      await host.call('POST', `/v1/billers/${billerId}/payments`, host.payment(`of-${billerId}`));
      await host.call('POST', `/v1/billers/${billerId}/accounts/${host.sandbox.example.accountNumber}/refresh`);
      await host.settled(`/v1/billers/${billerId}/payments/of-${billerId}`);
    }
    const [{ n: told }] = (await host.query('select count(*)::int as n from changes')) as [{ n: number }];
    await host.feedHolds(told);
    const { deliveries } = (await host.call('GET', '/v1/deliveries')).body;
    const others = deliveries.find(({ billerId }: { billerId: string }) => billerId === '1664').id;
    for (const path of ['/v1/billers', '/v1/deliveries', '/v1/changes', '/v1/overview', '/v1/deliveries/counts']) {
      const [all, own] = [await host.call('GET', path), await as('one', 'GET', path)];
      expect(own.status, path).to.equal(200);
      if (path !== '/v1/deliveries/counts') expect(JSON.stringify(all.body), path).to.include('1664');
      expect(JSON.stringify(own.body), path).to.not.include('1664');
    }
    const counted = (await as('one', 'GET', '/v1/deliveries/counts')).body.counts;
    expect(Object.values(counted).reduce((a: number, b) => a + Number(b), 0)).to.equal(1);
    expect((await as('one', 'GET', '/v1/deliveries?biller=1664')).body.deliveries).to.deep.equal([]);
    expect((await as('one', 'GET', `/v1/deliveries/${others}`)).body.code).to.equal('delivery-not-found');
    for (const action of ['retry', 'cancel'])
      expect((await as('one', 'POST', `/v1/deliveries/${others}/${action}`)).body.code).to.equal('delivery-not-found');
    const bulk = await as('one', 'POST', '/v1/deliveries/bulk', { action: 'retry', ids: [others] });
    expect(bulk.body.results[0].code).to.equal('delivery-not-found');
  });

  it('a token can’t make one that may do more', async () => {
    for (const body of [{ scope: 'read' }, { scope: 'read', billers: ['1664'] }])
      expect((await as('one', 'POST', '/v1/tokens', { name: 'more', ...body })).status).to.equal(403);
  });

  it('is known by its hash alone, with its last use', async () => {
    await as('reads', 'GET', '/v1/billers');
    const rows = await host.query('select * from api_tokens');
    for (const { token } of Object.values(made)) expect(JSON.stringify(rows)).to.not.include(token.slice(17));
    const { tokens } = (await host.call('GET', '/v1/tokens')).body;
    const listed = tokens.find(({ name }: { name: string }) => name === 'reads');
    expect(listed).to.include({ scope: 'read', madeBy: 'api-token', revokedAt: null }).and.not.have.property('token');
    expect(Date.parse(listed.lastUsedAt)).to.be.closeTo(Date.now(), 60_000);
  });

  it('revoked, it is refused at once, and so is the log-in that was made with it', async () => {
    await make('gone', { scope: 'configure' });
    const logIn = await host.call('POST', '/v1/session', { token: made.gone?.token }, { authorization: '' });
    const cookie = logIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const withCookie = () => fetch(`${host.host.url}/v1/billers`, { headers: { cookie } });
    expect((await withCookie()).status).to.equal(200);
    expect((await as('gone', 'GET', '/v1/billers')).status).to.equal(200);
    const revoked = await host.call('DELETE', `/v1/tokens/${made.gone?.tokenId}`);
    expect(revoked.body.revokedAt).to.be.a('string');
    expect((await as('gone', 'GET', '/v1/billers')).status).to.equal(401);
    expect((await withCookie()).status).to.equal(401);
  });

  it('the host’s own, when it is another now: so are the log-ins over that were made with the one before', async () => {
    const { databaseUrl } = host;
    const before = await TestHost.start({ databaseUrl, token: 'leaked' });
    const logIn = await before.call('POST', '/v1/session', { token: 'leaked' }, { authorization: '' });
    const cookie = logIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const billers = async (at: TestHost) => (await fetch(`${at.host.url}/v1/billers`, { headers: { cookie } })).status;
    expect(await billers(before)).to.equal(200);
    await before.close();
    const after = await TestHost.start({ databaseUrl, token: 'another' });
    expect(await billers(after)).to.equal(401);
    await after.close();
    const again = await TestHost.start({ databaseUrl, token: 'leaked' });
    expect(await billers(again), 'a host that still has it').to.equal(200);
    await fetch(`${again.host.url}/v1/session`, { method: 'DELETE', headers: { cookie, 'x-ic-host-console': '1' } });
    expect(await billers(again), 'logged out').to.equal(401);
    await again.close();
  });

  it('ends when its time is over', async () => {
    await make('short', { scope: 'read', expiresInDays: 1 });
    await host.query("update api_tokens set expires_at = now() - interval '1 second' where name = 'short'");
    expect((await as('short', 'GET', '/v1/billers')).status).to.equal(401);
  });

  it('the log-in’s cookie is HttpOnly and SameSite=Strict; a change with it needs the console’s header; it ends unused', async () => {
    const logIn = await host.call('POST', '/v1/session', { token: made.configures?.token }, { authorization: '' });
    const [cookie = '', ...attributes] = (logIn.headers.get('set-cookie') ?? '').split('; ');
    expect(attributes).to.include.members(['HttpOnly', 'SameSite=Strict', 'Path=/']);
    const pause = (headers: object) =>
      fetch(`${host.host.url}/v1/billers/1663/pause`, { method: 'POST', headers: { cookie, ...headers } });
    expect((await pause({})).status).to.equal(403);
    expect((await pause({ 'x-ic-host-console': '1' })).status).to.equal(200);
    await host.query("update sessions set last_used_at = now() - interval '2 hours'");
    expect((await pause({ 'x-ic-host-console': '1' })).status).to.equal(401);
  });

  it('the audit says who did what, page by page and as a whole, and can’t be changed', async () => {
    const { body } = await host.call('GET', '/v1/audit?limit=3');
    const more = await host.call('GET', `/v1/audit?limit=3&before=${body.next}`);
    expect(more.body.entries[0].id).to.be.lessThan(body.entries[2].id);
    const { body: text } = await host.call('GET', '/v1/audit.ndjson');
    const lines = text
      .trim()
      .split('\n')
      .map((line: string) => JSON.parse(line));
    const actions = new Set(lines.map(({ action }: { action: string }) => action));
    expect([...actions]).to.include.members([
      'biller.make',
      'biller.pause',
      'token.make',
      'token.revoke',
      'session.open',
    ]);
    const paused = lines.filter(({ action }: { action: string }) => action === 'biller.pause');
    expect(paused.at(-1).actor).to.match(/^configures \(/);
    for (const statement of ['update audit set actor = 1', 'delete from audit', 'truncate audit'])
      expect(await host.query(statement).catch(({ message }) => message)).to.match(/append-only/);
  });

  it('a biller’s change is told by its names, a secret’s only as a change', async () => {
    const { billerId: _, ...biller } = host.sandbox.biller;
    await host.call('PUT', '/v1/billers/1664', { ...biller, name: 'Renamed', adapter: 'britecore', guid: 'another' });
    const { entries } = (await host.call('GET', '/v1/audit?subject=1664')).body;
    expect(entries[0].action).to.equal('biller.change');
    expect(entries[0].details).to.deep.equal({ name: { from: biller.name, to: 'Renamed' } });
    const settings = { ...biller.settings, 10: 'another key' };
    await host.call('PUT', '/v1/billers/1664', { ...biller, adapter: 'britecore', guid: 'another', settings });
    const [latest] = (await host.call('GET', '/v1/audit?subject=1664')).body.entries;
    expect(JSON.stringify(latest)).to.include('********').and.not.include('another key');
  });

  it('a payment is kept with who handed it over', async () => {
    await as('operates', 'POST', '/v1/billers/1663/payments', host.payment('by-whom'));
    const [row] = await host.query("select accepted_by from deliveries where key = 'by-whom'");
    expect(row?.accepted_by).to.match(/^operates \(/);
  });

  it('an address that guesses is locked out for a while; a token known to be right goes on', async () => {
    const guess = () => as(`ich_${'0'.repeat(12)}_${'x'.repeat(43)}`, 'GET', '/v1/billers');
    const statuses: number[] = [];
    for (let round = 0; round < 8; round++) statuses.push((await guess()).status);
    expect(statuses.slice(0, 2)).to.deep.equal([401, 401]);
    expect(statuses.slice(-2)).to.deep.equal([429, 429]);
    const locked = await guess();
    expect(locked.body.code).to.equal('locked-out');
    expect(Number(locked.headers.get('retry-after'))).to.equal(1);
    const unknown = await as(made.operates?.token.replace(/.$/, 'x') ?? '', 'GET', '/v1/billers');
    expect(unknown.body.code).to.equal('locked-out');
    const logIn = await host.call('POST', '/v1/session', { token: 'guess' }, { authorization: '' });
    expect(logIn.body.code).to.equal('locked-out');
    expect((await as('configures', 'GET', '/v1/billers')).status).to.equal(200);
    await new Promise((done) => setTimeout(done, 1_100));
    expect((await guess()).status).to.equal(401);
    const { entries } = (await host.call('GET', '/v1/audit?subject=127.0.0.1')).body;
    expect(entries.map(({ action }: { action: string }) => action)).to.deep.equal(['address.lock-out']);
  });

  it('a token that asks too much in a second is told to wait; another goes on', async () => {
    const small = await TestHost.start({ attemptLimits: { requestsPerSecond: 3 } });
    try {
      const other = await small.call('POST', '/v1/tokens', { name: 'other', scope: 'read' });
      const ask = (headers = {}) => small.call('GET', '/v1/billers', undefined, headers);
      const answers = await Promise.all(Array.from({ length: 12 }, () => ask()));
      const refused = answers.find(({ status }) => status === 429);
      expect(refused?.body.code).to.equal('too-many-requests');
      expect(refused?.headers.get('retry-after')).to.equal('1');
      expect((await ask({ authorization: `Bearer ${other.body.token}` })).status).to.equal(200);
    } finally {
      await small.close();
    }
  });
});
