/** What the API has for the console and for operators: log-ins, lists, overview, checks, live changes. */
import { expect } from 'chai';
import { type Answer, TestHost } from '../host-fixture.js';

describe('the API for operators', () => {
  let host: TestHost;
  before(async () => {
    host = await TestHost.start();
    await host.biller();
  });
  after(() => host.close());

  const get = async (path: string): Promise<Answer['body']> => (await host.call('GET', path)).body;

  describe('a log-in', () => {
    const ask = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
      fetch(host.host.url + path, {
        method,
        headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    const logIn = async (): Promise<string> => {
      const answer = await ask('POST', '/v1/session', {}, { token: host.host.token });
      expect(answer.status).to.equal(200);
      return answer.headers.get('set-cookie') ?? '';
    };

    it('needs the token', async () =>
      expect((await ask('POST', '/v1/session', {}, { token: 'another' })).status).to.equal(401));

    it('is a cookie that no script reads and no other site sends', async () => {
      const cookie = await logIn();
      expect(cookie)
        .to.match(/HttpOnly/)
        .and.match(/SameSite=Strict/)
        .and.match(/Path=\//)
        .and.match(/Expires=/);
      expect(cookie).to.not.include(host.host.token);
    });

    it('reads with the cookie, and changes only from the console', async () => {
      const cookie = (await logIn()).split(';')[0] ?? '';
      expect((await ask('GET', '/v1/billers', { cookie })).status).to.equal(200);
      const forged = await ask('POST', '/v1/billers/1663/pause', { cookie });
      expect([forged.status, (await forged.json()).code]).to.deep.equal([403, 'not-from-the-console']);
      const own = await ask('POST', '/v1/billers/1663/release', { cookie, 'x-ic-host-console': '1' });
      expect(own.status).to.equal(200);
    });

    it('ends at the log-out, and when its time is over', async () => {
      const cookie = (await logIn()).split(';')[0] ?? '';
      const console = { cookie, 'x-ic-host-console': '1' };
      expect((await ask('DELETE', '/v1/session', console)).status).to.equal(204);
      expect((await ask('GET', '/v1/billers', { cookie })).status).to.equal(401);
      const other = (await logIn()).split(';')[0] ?? '';
      await host.query("update sessions set expires_at = now() - interval '1 second'");
      expect((await ask('GET', '/v1/billers', { cookie: other })).status).to.equal(401);
      expect(await (await ask('GET', '/v1/session', { cookie: other })).json()).to.include({ actor: null });
    });

    it('is kept by its hash alone', async () => {
      const value = (await logIn()).split(';')[0]?.split('=')[1] ?? '';
      const kept = JSON.stringify(await host.query('select * from sessions'));
      expect(kept).to.not.include(value);
    });

    it('a wrong token beside a right cookie is wrong', async () => {
      const cookie = (await logIn()).split(';')[0] ?? '';
      expect((await ask('GET', '/v1/billers', { cookie, authorization: 'Bearer x' })).status).to.equal(401);
    });
  });

  describe('lists', () => {
    const IDS = Array.from({ length: 25 }, (_, index) => `list-${String(index).padStart(2, '0')}`);
    before(async () => {
      await host.call('POST', '/v1/billers/1663/pause', { reason: 'to have a list that stands still' });
      for (const id of IDS) await host.call('POST', '/v1/billers/1663/payments', host.payment(id));
      await host.call('PUT', '/v1/billers/1663/accounts/FM4000264061/enrollments/autopay', { enabled: true });
    });
    after(() => host.call('POST', '/v1/billers/1663/resume', {}));

    it('go on behind a cursor, with nothing twice and nothing missing, though many came in one instant', async () => {
      await host.query("update deliveries set created_at = date_trunc('second', created_at) where kind = 'payment'");
      const seen: string[] = [];
      for (let after = ''; ; ) {
        const { deliveries, next } = await get(`/v1/deliveries?kind=payment&limit=7&after=${after}`);
        seen.push(...deliveries.map(({ key }: { key: string }) => key));
        if (!next) break;
        after = next;
      }
      expect(seen.toSorted()).to.deep.equal(IDS);
    });

    for (const [query, count] of [
      ['q=list-1', 10],
      ['q=list-03', 1],
      ['q=ist', 0],
      ['q=list%25', 0],
      ['account=FM4000264061', 26],
      ['account=FM4000264061&kind=autopay', 1],
      ['state=queued&biller=1663', 26],
      ['biller=none', 0],
      ['from=2020-01-01T00:00:00Z', 26],
      ['to=2020-01-01T00:00:00Z', 0],
    ] as const)
      it(`find ${count} by ${query}`, async () => {
        expect((await get(`/v1/deliveries?${query}`)).deliveries).to.have.length(count);
        const { counts } = await get(`/v1/deliveries/counts?${query.replace(/^state=\w+&/, '')}`);
        expect(counts.queued).to.equal(count);
      });

    it('are counted up to ten thousand of a state', async () => {
      await host.query(
        `insert into deliveries (biller_id, kind, key, state, request)
         select '1663', 'payment', 'counted-' || n, 'cancelled', '{}' from generate_series(1, 10050) n`,
      );
      const { counts, countedAtMost } = await get('/v1/deliveries/counts');
      expect([counts.cancelled, countedAtMost]).to.deep.equal([10_001, 10_000]);
      await host.query("delete from deliveries where key like 'counted-%'");
    });

    it('finds a delivery by its id', async () => {
      const [one] = (await get('/v1/deliveries?q=list-07')).deliveries;
      expect((await get(`/v1/deliveries?q=${one.id}`)).deliveries).to.deep.equal([one]);
    });

    for (const [query, code] of [
      ['state=lost', 'bad-state'],
      ['kind=gift', 'bad-kind'],
      ['from=yesterday', 'bad-from'],
      ['after=1.2', 'bad-cursor'],
      ['limit=0', 'bad-limit'],
    ])
      it(`says what is wrong with ${query}`, async () => {
        const { status, body } = await host.call('GET', `/v1/deliveries?${query}`);
        expect([status, body.code]).to.deep.equal([400, code]);
      });

    it('accounts by the beginning of their number', async () => {
      for (const account of ['FM4000264061', 'FM400001115'])
        await host.call('POST', `/v1/billers/1663/accounts/${account}/refresh`);
      const numbers = async (query: string) =>
        (await get(`/v1/billers/1663/accounts?${query}`)).accounts.map((item: Answer['body']) => item.accountNumber);
      expect(await numbers('')).to.deep.equal(['FM400001115', 'FM4000264061']);
      expect(await numbers('q=FM40002')).to.deep.equal(['FM4000264061']);
      expect(await numbers('limit=1')).to.deep.equal(['FM400001115']);
      expect(await numbers('after=FM400001115')).to.deep.equal(['FM4000264061']);
    });

    it("an account's history, newest first, page by page", async () => {
      const path = '/v1/billers/1663/accounts/FM4000264061/history';
      const all = (await get(path)).changes;
      expect(all).to.have.length.above(1);
      const first = await get(`${path}?limit=1`);
      const second = await get(`${path}?limit=1&before=${first.next}`);
      expect([...first.changes, ...second.changes]).to.deep.equal(all.slice(0, 2));
    });
  });

  describe('many deliveries at once', () => {
    it('each for itself: what can be done is done, the others are told', async () => {
      await host.call('PUT', '/v1/billers/1663', { ...(await get('/v1/billers/1663')), billerId: undefined });
      await host.call('POST', '/v1/billers/1663/pause', {});
      const ids: string[] = [];
      for (const id of ['b1', 'b2']) {
        const { body } = await host.call('POST', '/v1/billers/1663/payments', host.payment(id));
        ids.push(body.deliveryId);
      }
      const unknown = '00000000-0000-4000-8000-000000000000';
      const { body } = await host.call('POST', '/v1/deliveries/bulk', {
        action: 'cancel',
        ids: [...ids, ids[0], unknown],
        reason: 'they were tests',
      });
      expect(body.results).to.have.length(3);
      expect(body.results.filter(({ ok }: { ok: boolean }) => ok)).to.have.length(2);
      expect(body.results.find(({ id }: { id: string }) => id === unknown)).to.include({ code: 'delivery-not-found' });
      expect((await get(`/v1/audit?subject=${ids[0]}`)).entries[0]).to.include({ reason: 'they were tests' });
      await host.call('POST', '/v1/billers/1663/resume', {});
    });

    for (const [name, body, code] of [
      ['no id', { action: 'retry', ids: [] }, 'invalid-request'],
      ['what is no id', { action: 'retry', ids: ['x'] }, 'invalid-request'],
      ['501 ids', { action: 'retry', ids: Array(501).fill('00000000-0000-4000-8000-000000000000') }, 'invalid-request'],
      ['no reason to settle', { action: 'settle', ids: ['00000000-0000-4000-8000-000000000000'] }, 'invalid-request'],
    ] as const)
      it(`refuses ${name}`, async () => {
        const answer = await host.call('POST', '/v1/deliveries/bulk', body);
        expect([answer.status, answer.body.code]).to.deep.equal([422, code]);
      });
  });

  describe('a pause by hand', () => {
    it('holds until it is resumed: no change of settings, no success under way ends it', async () => {
      // What is under way when the pause comes ends well, and must not lift it.
      host.sandbox.fault({ operation: '*', kind: 'delay', delayMs: 700 });
      await host.call('POST', '/v1/billers/1663/payments', host.payment('under-way'));
      await host.until('/v1/deliveries?q=under-way', () =>
        host.sandbox.calls.some(({ body }) => JSON.stringify(body).includes('under-way')),
      );
      await host.call('POST', '/v1/billers/1663/pause', { reason: 'maintenance' });
      expect(await host.settled('/v1/billers/1663/payments/under-way')).to.include({ state: 'delivered' });
      const { body: paused } = await host.call('GET', '/v1/billers/1663/partner');
      expect(paused.heldBack).to.include({ cause: 'by-hand', detail: 'maintenance' });
      await host.biller();
      await host.call('POST', '/v1/billers/1663/release');
      await host.call('POST', '/v1/billers/1663/payments', host.payment('waits'));
      await new Promise((done) => setTimeout(done, 500));
      expect(await get('/v1/billers/1663/payments/waits')).to.deep.include({ state: 'queued', attempts: [] });
      const { body: resumed } = await host.call('POST', '/v1/billers/1663/resume', { reason: 'done' });
      expect(resumed.heldBack).to.equal(null);
      expect(await host.settled('/v1/billers/1663/payments/waits')).to.include({ state: 'delivered' });
      expect((await host.call('POST', '/v1/billers/1663/resume')).body).to.include({ code: 'not-paused' });
      const actions = (await get('/v1/audit?subject=1663')).entries.map(({ action }: { action: string }) => action);
      expect(actions.slice(0, 2)).to.deep.equal(['biller.resume', 'biller.pause']);
    });
  });

  describe('the overview', () => {
    it('counts attempts by hour, and says what needs a person, the most urgent first', async () => {
      await host.biller('2001', { name: 'Gives up at once', options: { maxDeliveryAgeHours: 0 } });
      host.sandbox.fault({ operation: '*', kind: 'status', status: 500 });
      await host.call('POST', '/v1/billers/2001/payments', host.payment('parks'));
      expect(await host.settled('/v1/billers/2001/payments/parks')).to.include({ state: 'parked' });
      const { settings } = host.sandbox.biller;
      await host.biller('2002', { name: 'A wrong key', settings: { ...settings, '10': 'wrong' } });
      await host.call('POST', '/v1/billers/2002/payments', host.payment('held'));
      await host.until('/v1/billers/2002/partner', ({ heldBack }) => heldBack !== null);
      await new Promise((done) => setTimeout(done, 2_100)); // the hour's count is kept so long
      const { needs, billers, hours } = await get('/v1/overview');
      expect(needs.map((need: Answer['body']) => [need.kind, need.billerId])).to.deep.equal([
        ['biller-misconfigured', '2002'],
        ['deliveries-parked', '2001'],
      ]);
      const health = Object.fromEntries(billers.map((item: Answer['body']) => [item.billerId, item.health]));
      expect(health).to.deep.equal({ '1663': 'ok', '2001': 'attention', '2002': 'paused' });
      const [row] = await host.query("select count(*)::int as n from delivery_attempts where outcome = 'delivered'");
      expect(hours.reduce((sum: number, hour: Answer['body']) => sum + hour.delivered, 0)).to.equal(row?.n);
      expect(hours).to.have.length(24);
      for (const kind of ['biller-misconfigured', 'deliveries-parked'])
        expect((await host.call('GET', '/metrics')).body).to.match(
          new RegExp(`^ic_host_needs\\{kind="${kind}".*\\} 1$`, 'm'),
        );
      expect((await get('/v1/billers/2001/overview')).day).to.deep.equal({ delivered: 0, rejected: 0, failed: 1 });
    });
  });

  describe("the check of a biller's partner", () => {
    const checked = async (billerId: string) =>
      Object.fromEntries(
        (await host.call('POST', `/v1/billers/${billerId}/check`)).body.checks
          .filter(({ what }: Answer['body']) => what !== 'reach')
          .map(({ what, state, code }: Answer['body']) => [what, code ?? state]),
      );

    it('changes nothing at the partner', async () => {
      const before = host.sandbox.calls.length;
      const ledger = structuredClone(host.sandbox.book.ledger);
      expect(await checked('1663')).to.deep.equal({
        'rtdr-provider': 'ok',
        'document-provider': 'ok',
        'enrollment-sink': 'ok',
        'payment-sink': 'not-checked',
        'invoice-file-parser': 'not-checked',
        clock: 'ok',
      });
      expect(host.sandbox.book.ledger).to.deep.equal(ledger);
      const asked = host.sandbox.calls.slice(before).map(({ operation }) => operation);
      expect(asked.filter((operation) => /make|update|set|void|return/i.test(operation))).to.deep.equal([]);
    });

    it('tells a wrong key', async () =>
      expect(await checked('2002')).to.include({ 'rtdr-provider': 'http-401', 'document-provider': 'http-401' }));

    it('tells a partner that is not there', async () => {
      const settings = Object.fromEntries(
        Object.entries(host.sandbox.biller.settings).map(([key, value]) => [
          key,
          value.startsWith('http') ? 'http://127.0.0.1:1' : value,
        ]),
      );
      await host.biller('2003', { settings });
      const { body } = await host.call('POST', '/v1/billers/2003/check');
      const [reach] = body.checks;
      expect(reach).to.include({ what: 'reach', state: 'failed', code: 'unreachable' });
      expect(reach.advice).to.be.a('string');
    });
  });

  describe('the host', () => {
    it('checks the host itself', async () => {
      const { checks } = await get('/v1/doctor');
      const states = Object.fromEntries(checks.map(({ what, state }: Answer['body']) => [what, state]));
      expect(states).to.include({ database: 'ok', migrations: 'ok', clock: 'ok', adapters: 'ok' });
      await host.query("delete from kysely_migration where name = '004-console'");
      const { checks: after } = await get('/v1/doctor');
      expect(after.find(({ what }: Answer['body']) => what === 'migrations')).to.include({ code: 'unmigrated' });
      await host.query("insert into kysely_migration values ('004-console', now()::text)");
    });

    it('sends what has changed as it changes', async () => {
      const gone = new AbortController();
      const answer = await fetch(`${host.host.url}/v1/events`, {
        headers: { authorization: `Bearer ${host.host.token}` },
        signal: gone.signal,
      });
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      const until = async (wanted: RegExp): Promise<void> => {
        while (!wanted.test(text)) {
          const { value, done } = (await reader?.read()) ?? { done: true };
          if (done) throw new Error(`the stream ended: ${text}`);
          text += value ?? '';
        }
        text = '';
      };
      await until(/retry/);
      await new Promise((done) => setTimeout(done, 1_200));
      await host.call('POST', '/v1/billers/1663/payments', host.payment('an-event'));
      await until(/event: change\ndata: .*deliveries/);
      await host.call('POST', '/v1/billers/1663/accounts/FM400003000/refresh');
      await until(/invoices/);
      await host.call(
        'POST',
        '/v1/billers/1663/invoice-files?filename=1663_11232026.JSON',
        host.sandbox.sampleFile.text,
      );
      await until(/files/);
      gone.abort();
    });

    it('gives records set aside to a spreadsheet as text, never as a formula', async () => {
      const sample = JSON.parse(host.sandbox.sampleFile.text);
      const [first] = sample.Invoices;
      const many = Array.from({ length: 120 }, (_, index) => ({
        ...first,
        InvoiceHeader: { ...first.InvoiceHeader, InvoiceNumber: `n-${index}` },
      }));
      many.push({
        ...first,
        InvoiceHeader: { ...first.InvoiceHeader, InvoiceNumber: '=1+1,"x"', InvoiceDueDate: 'never' },
      });
      sample.Invoices = many;
      sample.FileHeader.InvoiceCount = many.length;
      sample.FileHeader.TotalInvoiceAmount = (many.length * Number(first.InvoiceHeader.TotalAmountDue)).toFixed(2);
      const { body } = await host.call(
        'POST',
        '/v1/billers/1663/invoice-files?filename=1663_11242026.JSON',
        JSON.stringify(sample),
        { 'content-type': 'application/octet-stream' },
      );
      const path = `/v1/billers/1663/invoice-files/${body.importId}`;
      expect(await host.settled(path)).to.include({ state: 'applied', setAside: 1 });
      const csv = await host.call('GET', `${path}/set-aside.csv`);
      expect(csv.headers.get('content-disposition')).to.include('attachment');
      expect(csv.body.split('\r\n')[1]).to.include('"\'=1+1,""x"""');
    });
  });
});
