/** The command line as its users have it: a process a command, beside a running host. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { runningEmbedded } from '../../src/store/embedded-postgres.js';
import { newDatabase, newEmptyDatabase, TestHost, temporaryFolder } from '../host-fixture.js';
import { spawnHost } from '../host-process.js';
import { IDLE_SINK, writtenAdapter } from '../written-adapter.js';

interface Ran {
  status: number;
  out: string;
  err: string;
  // biome-ignore lint/suspicious/noExplicitAny: what --json printed, as a program would read it
  json: any;
}

const LEGACY = JSON.stringify({ generation: 'legacy' });
const COMMANDS = [
  ...['start', 'doctor', 'billers', 'lookup', 'pay', 'enroll', 'document', 'import', 'deliveries'],
  ...['adapters', 'new', 'verify', 'try', 'sandbox', 'parse', 'tokens', 'audit', 'keys'],
  ...['reconcile', 'shadow', 'replay'],
];

describe('the command line', function () {
  this.timeout(120_000);
  let host: TestHost;
  let env: Record<string, string>;

  const ic = (args: string[], more: Record<string, string> = {}): Promise<Ran> =>
    new Promise((done) => {
      const { IC_HOST_DATABASE_URL: _, ...inherited } = process.env;
      const options = { env: { ...inherited, ...env, ...more }, maxBuffer: 1 << 24 };
      execFile(process.execPath, ['dist/src/main.js', ...args], options, (error, out, err) => {
        const status = error ? Number((error as { code?: number }).code) : 0;
        done({ status, out, err, json: args.includes('--json') && out ? JSON.parse(out) : undefined });
      });
    });

  before(async () => {
    host = await TestHost.start();
    await host.biller();
    env = { IC_HOST_URL: host.host.url, IC_HOST_API_TOKEN: host.host.token, IC_HOST_DATA_DIR: temporaryFolder() };
  });
  after(() => host.close());

  it('tells of every command what it does, with examples, --json and exit statuses', async () => {
    const { out } = await ic(['--help']);
    for (const name of COMMANDS) expect(out).to.include(`  ${name} `);
    const helps = await Promise.all(COMMANDS.map(async (name) => [name, (await ic([name, '--help'])).out] as const));
    for (const [name, help] of helps) {
      expect(help, name).to.match(/Examples:\n {2}\$ ic-host/);
      expect(help, name).to.match(/Exit status:\n {2}0 /);
      expect(help, name).to.include('--json');
    }
  });

  it('makes a token that may do what it says, lists it with its last use, and revokes it', async () => {
    const { out, err } = await ic(['tokens', 'make', '--name', 'support', '--scope', 'read', '--billers', '1663']);
    const token = out.trim();
    expect(token).to.match(/^ich_/);
    expect(err).to.include('shown this once');
    const as = { IC_HOST_API_TOKEN: token };
    expect((await ic(['billers', '1663'], as)).status).to.equal(0);
    const refused = await ic(['tokens'], as);
    expect([refused.status, refused.err]).to.satisfy(
      ([status, text]: [number, string]) => status === 1 && text.includes('scope-too-small'),
    );
    const [made] = (await ic(['tokens', '--json'])).json.tokens;
    expect(made).to.include({ name: 'support', scope: 'read', madeBy: 'api-token', revokedAt: null });
    expect((await ic(['tokens'])).out)
      .to.include('support')
      .and.to.include('good');
    expect((await ic(['tokens', 'revoke', made.tokenId])).out).to.include('revoked');
    expect((await ic(['billers'], as)).status).to.equal(2);
    expect((await ic(['audit', made.tokenId])).out)
      .to.include('token.make')
      .and.to.include('token.revoke');
    const lines = (await ic(['audit', '--export'])).out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).action)).to.include('token.revoke');
  });

  it('changes the keys of a host that runs, and of one that does not', async () => {
    const dataDir = temporaryFolder();
    const own = { IC_HOST_MASTER_KEY: '', IC_HOST_API_TOKEN: 'keys', IC_HOST_DATABASE_URL: await newDatabase() };
    const started = await spawnHost(dataDir, own);
    const { billerId: _, ...biller } = host.sandbox.biller;
    const put = await fetch(`${started.url}/v1/billers/1663`, {
      method: 'PUT',
      headers: { authorization: 'Bearer keys', 'content-type': 'application/json' },
      body: JSON.stringify({ ...biller, adapter: 'britecore' }),
    });
    expect(put.status).to.equal(201);
    const keys = (...args: string[]) => ic(['keys', ...args, '--data-dir', dataDir], own);
    const looksUp = async (url: string) => {
      const path = `/v1/billers/1663/accounts/${host.sandbox.example.accountNumber}/refresh`;
      const answer = await fetch(`${url}${path}`, { method: 'POST', headers: { authorization: 'Bearer keys' } });
      return ((await answer.json()) as { stale?: boolean }).stale;
    };
    expect((await keys('rotate')).out).to.include('1 secrets are sealed anew');
    const before = readFileSync(join(dataDir, 'master-key'), 'utf8');
    expect((await keys('new-master')).out).to.include('holds a new master key');
    expect(readFileSync(join(dataDir, 'master-key'), 'utf8')).to.not.equal(before);
    expect((await keys('rotate', '--json')).json).to.deep.equal({ secrets: 1 });
    await new Promise((done) => setTimeout(done, 1_100));
    expect(await looksUp(started.url), 'by the host that ran meanwhile').to.equal(false);
    started.child.kill('SIGTERM');
    await started.exited;
    expect((await keys('rotate')).status, 'with no host running').to.equal(0);
    const again = await spawnHost(dataDir, own);
    expect(await looksUp(again.url), 'after a start').to.equal(false);
    again.child.kill('SIGTERM');
    await again.exited;
    const wrong = await ic(['keys', 'rotate', '--data-dir', dataDir], { ...own, IC_HOST_MASTER_KEY: 'another' });
    expect([wrong.status, wrong.err]).to.satisfy(
      ([status, text]: [number, string]) => status === 1 && text.includes('another master key'),
    );
  });

  it('completes itself', async () => {
    for (const shell of ['bash', 'zsh', 'fish'])
      expect((await ic(['completion', shell])).out).to.include('ic-host complete');
    expect((await ic(['complete', '--', 'enroll', '1663', 'FM', ''])).out).to.match(/^paperless\s*\nautopay/);
    expect((await ic(['complete', '--', 'del'])).out).to.include('deliveries');
  });

  it('says what is meant by a wrong word, with status 2', async () => {
    const { status, err } = await ic(['biler']);
    expect([status, err]).to.deep.equal([2, err]);
    expect(err).to.include('Did you mean billers?');
  });

  it('has no colours where there is no terminal', async () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
    expect((await ic(['billers'])).out).to.not.match(/\u001b/);
  });

  it('has colours and tables that fit where there is one', async () => {
    const command = `stty cols 70; "${process.execPath}" dist/src/main.js adapters`;
    const out = await new Promise<string>((done) => {
      execFile('script', ['-qc', command, '/dev/null'], { env: { ...process.env, TERM: 'xterm' } }, (_, text) =>
        done(text),
      );
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
    const plain = out.replace(/\u001b\[[0-9;]*m/g, '');
    expect(out).to.not.equal(plain);
    const widths = plain.split(/\r?\n/).map((line) => line.length);
    expect(Math.max(...widths)).to.be.within(40, 70);
    expect(plain).to.include('payment-sink').and.to.include('loaded');
  });

  it('lists and shows billers', async () => {
    expect((await ic(['billers'])).out).to.match(/1663 .*britecore .*ok/);
    expect((await ic(['billers', '1663', '--json'])).json).to.deep.include({ billerId: '1663', adapter: 'britecore' });
  });

  it('looks an account up, and says why its customer cannot pay', async () => {
    const { status, out } = await ic(['lookup', '1663', 'FM400001115']);
    expect(status).to.equal(0);
    expect(out).to.include('can’t pay by bank and card: Poor Payment History is set');
    expect(out).to.match(/active .*240\.75 .*N$/m);
    expect((await ic(['lookup', '1663', 'FM400001115', '--held', '--json'])).json).to.include({ stale: true });
    const unknown = await ic(['lookup', '1663', 'nobody']);
    expect([unknown.status, unknown.err.split(':')[0]]).to.deep.equal([1, 'account-not-found']);
  });

  it('pays, and tells a conflict and what is missing', async () => {
    const payment = host.payment('cli-1');
    const { out, status } = await ic(['pay', '1663', JSON.stringify(payment)]);
    expect([status, out.split('\n')[0]]).to.deep.equal([0, 'cli-1: delivered']);
    expect(out).to.match(/confirmation: \S+/);
    const other = await ic(['pay', '1663', JSON.stringify({ ...payment, amount: '16.00' })]);
    expect(other.status).to.equal(1);
    expect(other.err).to.include('transaction-conflict').and.to.include('Use a transaction id once');
    const lacking = await ic(['pay', '1663', '{"transactionId":"x"}']);
    expect(lacking.err.match(/is required/g)).to.have.length(8);
    const noJson = await ic(['pay', '1663', '{']);
    expect(noJson.err).to.include('It is not JSON');
    expect(noJson.status).to.equal(2);
  });

  it('switches an enrollment', async () => {
    expect((await ic(['enroll', '1663', 'FM4000264061', 'paperless', 'on'])).out).to.include('paperless on for');
    expect((await ic(['enroll', '1663', 'FM4000264061', 'gifts', 'on'])).status).to.equal(2);
  });

  it('saves a document', async () => {
    const file = join(temporaryFolder(), 'invoice.pdf');
    const { invoiceNumber } = host.sandbox.example;
    expect((await ic(['document', '1663', invoiceNumber, '-o', file])).out.trim()).to.equal(file);
    expect(readFileSync(file, 'latin1')).to.match(/^%PDF-[\s\S]*%%EOF\s*$/);
    expect((await ic(['document', '1663', 'none'])).err).to.include('document-not-found');
  });

  it('leaves no half of a document, and what was there before', async () => {
    const half = createServer((_request, response) => {
      response
        .writeHead(200, { 'content-type': 'application/pdf', 'content-length': '1000' })
        .write('%PDF-1.7 the half');
      setTimeout(() => response.destroy(), 50);
    }).listen(0, '127.0.0.1');
    await new Promise((done) => half.once('listening', done));
    const { port } = half.address() as { port: number };
    const folder = temporaryFolder();
    const file = join(folder, 'invoice.pdf');
    writeFileSync(file, 'the one before');
    const { status } = await ic(['document', '1663', 'x', '-o', file, '--url', `http://127.0.0.1:${port}`]);
    half.close();
    expect([status, readFileSync(file, 'utf8'), readdirSync(folder)]).to.deep.equal([
      ...[1, 'the one before', ['invoice.pdf']],
    ]);
  });

  it('takes no number that is none: all accounts would be asked for', async () => {
    for (const wrong of ['2OO', '0', '-1', ''])
      expect((await ic(['reconcile', '1663', '--accounts', wrong])).status, wrong).to.equal(2);
  });

  describe('for those who write adapters', () => {
    it('says of a call’s arguments what is wrong with them, and nothing of the adapter', async () => {
      const wrong = async (call: string, given: object) =>
        (await ic(['try', 'plugins/britecore', call, JSON.stringify(given)])).err.trim();
      expect(await wrong('rtdr-provider.lookUp', {})).to.equal('ic-host: accountNumber is required');
      expect(await wrong('payment-sink.post', { accountNumber: 'a', amount: '1.005' })).to.include('amount must be');
      expect(await wrong('payment-sink.post', { accountNumber: 'a', amonut: '1' })).to.include('amonut is no field');
      expect(await wrong('enrollment-sink.setAutopay', { accountNumber: 'a', enabled: 'yes' })).to.include('boolean');
      expect(await wrong('enrollment-sink.readBack', { accountNumber: 'a', kind: 'gifts' })).to.include('one of');
      expect(await wrong('invoice-file-parser.parse', { file: 'none' })).to.equal('ic-host: there is no file none');
      const right = await ic(['try', 'plugins/britecore', 'payment-sink.post', '{"accountNumber":"nobody"}', '--json']);
      expect([right.status, right.json.error.kind]).to.deep.equal([1, 'rejected']);
    });

    it('does not take it for a success when no check was chosen', async () => {
      const { status, err } = await ic(['verify', 'plugins/britecore', '--only', 'fnids']);
      expect([status, err.includes('no check of britecore has "fnids"')]).to.deep.equal([1, true]);
    });

    it('writes no adapter over what is there', async () => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'README.md'), 'mine');
      const { status, err } = await ic(['new', 'first-bank', '--out', folder]);
      expect([status, err.includes('README.md'), readdirSync(folder)]).to.deep.equal([1, true, ['README.md']]);
      const twice = ['new', 'first-bank', '--contracts', 'payment-sink, payment-sink'];
      await ic([...twice, '--out', join(folder, 'new')]);
      const entry = readFileSync(join(folder, 'new/src/adapter.ts'), 'utf8');
      expect(entry.match(/bind\(PAYMENT_SINK\)/g)).to.have.length(1);
    });

    it('keeps what an adapter prints out of what programs read', async () => {
      const manifest = writtenAdapter(`console.log('the adapter says so');\n${IDLE_SINK}`, {
        contracts: [{ name: 'enrollment-sink', version: '1' }],
      });
      const { json, err } = await ic(['adapters', '--manifest', manifest, '--json']);
      expect([json[0].id, err.trim()]).to.deep.equal(['acme', 'the adapter says so']);
    });
  });

  it('imports a file, and says of a refused one what to tell the partner', async () => {
    await host.biller('1664');
    const file = join(temporaryFolder(), '1664_11232026.JSON');
    writeFileSync(file, host.sandbox.sampleFile.text);
    const { status, out } = await ic(['import', '1664', file]);
    expect([status, out.split('\n')[0]]).to.deep.equal([0, '1664_11232026.JSON: applied']);
    writeFileSync(file, host.sandbox.sampleFile.text.slice(0, -9));
    const refused = await ic(['import', '1664', file]);
    expect(refused.status).to.equal(1);
    expect(refused.out).to.include('[truncated]').and.to.include('What to tell the partner:\n  The file ends');
  });

  it('fails, and says so, where what it waits for never answers', async () => {
    const manifest = { contracts: [{ name: 'enrollment-sink', version: '1' }], sandbox: './sandbox.js' };
    const acme = join(dirname(writtenAdapter(IDLE_SINK, manifest)), 'acme');
    writeFileSync(join(acme, 'sandbox.js'), 'export const startSandbox = () => new Promise(() => undefined);');
    const { status, err } = await ic(['sandbox', acme]);
    expect([status, err.trim()]).to.deep.equal([
      1,
      'ic-host: it can’t go on: something of an adapter, or of its sandbox, never answers',
    ]);
  });

  it('lists, shows, cancels, retries and settles deliveries', async () => {
    await host.call('POST', '/v1/billers/1663/pause', {});
    await host.call('POST', '/v1/billers/1663/payments', host.payment('cli-2'));
    const { json } = await ic(['deliveries', '--state', 'queued', '--find', 'cli-2', '--json']);
    const [{ id }] = json.deliveries;
    expect((await ic(['deliveries', '--find', 'cli-2'])).out).to.match(/payment .*cli-2 .*15\.00 .*queued/);
    expect((await ic(['deliveries', 'show', id])).out).to.include('payment cli-2 to 1663: queued');
    expect((await ic(['deliveries', 'cancel', id, '--reason', 'a test'])).out).to.equal(`${id}: cancelled\n`);
    expect((await ic(['deliveries', 'retry', id])).out).to.equal(`${id}: queued\n`);
    expect((await ic(['deliveries', 'settle', id])).err).to.include('say as what and why');
    const settle = ['settle', id, '--as', 'delivered', '--reason', 'seen there', '--confirmation', 'P-9'];
    expect((await ic(['deliveries', ...settle])).out).to.equal(`${id}: delivered\n`);
    const again = await ic(['deliveries', 'cancel', id]);
    expect([again.status, again.out]).to.deep.equal([1, `${id}: not-cancellable the delivery is delivered\n`]);
    await host.call('POST', '/v1/billers/1663/resume', {});
  });

  describe('with another adapter, or against the partner', () => {
    const account = 'FM400001115';
    const refresh = () => host.call('POST', `/v1/billers/1665/accounts/${account}/refresh`);
    before(async () => {
      await host.biller('1665', { options: { recordPercent: 100 } });
      await refresh();
    });

    it('reconciles, mends, and ends with what is left', async () => {
      const equal = await ic(['reconcile', '1665']);
      expect([equal.status, equal.out.trim()]).to.deep.equal([
        ...[0, '1 accounts asked for, 0 not answered: 0 differences, 0 mended'],
      ]);
      const [invoice] = host.sandbox.book.policyOf(account)?.invoices ?? [];
      if (!invoice) throw new Error('the sandbox has no such account');
      const before = invoice.balance;
      invoice.balance = 1_234;
      const differs = await ic(['reconcile', '1665', '--json']);
      expect(differs.status).to.equal(1);
      expect(differs.json.details).to.have.length(1);
      expect(differs.json.details[0]).to.include({ kind: 'balance-differs', accountNumber: account, repaired: false });
      const mended = await ic(['reconcile', '1665', '--accounts', '1', '--repair']);
      expect(mended.status, mended.out).to.equal(0);
      expect(mended.out).to.match(/balance-differs +ours-late +FM400001115 .* mended/);
      invoice.balance = before;
      await refresh();
      expect((await ic(['reconcile', 'none'])).err).to.include('biller-not-found');
    });

    it('replays, cuts fixtures, and tells what comes out otherwise', async () => {
      const fixtures = join(temporaryFolder(), 'fixtures');
      const same = ['replay', '--biller', '1665', '--adapter', 'plugins/britecore', '--fixtures', fixtures];
      const { status, out } = await ic(same);
      expect(status, out).to.equal(0);
      expect(out)
        .to.match(/^\d+ calls replayed, 0 of them/)
        .and.to.include('nothing differs');
      expect(readdirSync(fixtures).length).to.be.above(0);
      const other = await ic(['replay', '--biller', '1665', '--adapter', 'britecore', '--options', LEGACY, '--json']);
      expect(other.status).to.equal(1);
      expect(other.json.differing.length).to.equal(other.json.replayed);
      const none = await ic([
        'replay',
        '--biller',
        '1665',
        '--adapter',
        'britecore',
        '--since',
        '2999-01-01T00:00:00Z',
      ]);
      expect([none.status, none.out.split(',')[0]]).to.deep.equal([0, '0 calls replayed']);
    });

    it('shows a shadow, and switches to it', async () => {
      expect((await ic(['shadow', '1665'])).err).to.include('no-shadow');
      await host.biller('1666', { options: { shadowOf: '1665', generation: 'legacy' } });
      await refresh();
      const { status, out } = await ic(['shadow', '1665']);
      expect([status, out.split('\n')[0]]).to.deep.equal([0, 'its shadow is 1666']);
      const reason = ['--reason', 'a test'];
      expect((await ic(['shadow', '1665', 'switch', ...reason])).out).to.include('switched; its shadow is 1666');
      expect((await ic(['billers', '1665', '--json'])).json.options).to.include({ generation: 'legacy' });
      expect((await ic(['shadow', '1665', 'switch', '--json'])).json).to.include({ shadow: '1666' });
      expect((await ic(['billers', '1665', '--json'])).json.options).not.to.have.property('generation');
    });
  });

  it('does not start with what is wrong, says all of it, and leaves nothing running', async () => {
    const wrong = { IC_HOST_LOG_LEVEL: 'loud', IC_HOST_REQUESTS_PER_SECOND: '0' };
    const environment = await ic(['start', '--port', '0'], wrong);
    expect([environment.status, environment.err]).to.satisfy(
      ([status, text]: [number, string]) => status === 1 && Object.keys(wrong).every((name) => text.includes(name)),
    );
    expect((await ic(['start', '--port', 'x'])).err).to.include(
      "'x' is invalid. It must be a whole number, 0 to 65535.",
    );
    const linked = { IC_HOST_PORT: 'tcp://10.0.0.7:80' };
    expect((await ic(['start'], linked)).err).to.include('enableServiceLinks: false');
    // A flag beats the environment, whatever that says.
    const elsewhere = await ic(['start', '--port', '0', '--host', '203.0.113.7'], linked);
    expect(elsewhere.err).to.include('no address of this machine');
    const file = join(temporaryFolder(), 'billers.json');
    for (const [text, says] of [
      ['{', 'is not JSON'],
      ['[]', 'must be {'],
      ['{"1663":{"name":"x"}}', 'biller 1663: guid is required'],
      ['{"1663":{"name":"x","guid":"g","adapter":"none"}}', 'no adapter none'],
    ] as const) {
      writeFileSync(file, text);
      const dataDir = temporaryFolder();
      const { status, err } = await ic(['start', '--port', '0', '--data-dir', dataDir, '--billers', file]);
      expect([status, err], text).to.satisfy(([is, said]: [number, string]) => is === 1 && said.includes(says));
      expect(runningEmbedded(dataDir), 'its database').to.equal(undefined);
    }
  });

  describe('doctor', () => {
    const found = async (args: string[], more: Record<string, string> = {}): Promise<string[]> => {
      const { status, json } = await ic(['doctor', ...args, '--json'], more);
      const codes = json.checks.flatMap(({ code }: { code: string | null }) => code ?? []);
      expect(status).to.equal(codes.length ? 1 : 0);
      return [...new Set<string>(codes)];
    };

    it('finds nothing where nothing is wrong', async () => {
      expect(await found(['1663'])).to.deep.equal([]);
      expect((await ic(['doctor', '1663'])).out).to.include('All is well.');
    });
    it('finds a wrong token', async () =>
      expect(await found([], { IC_HOST_API_TOKEN: 'another' })).to.deep.equal(['wrong-token']));
    it('finds a host that is not there', async () =>
      expect(await found(['--url', 'http://127.0.0.1:1'])).to.deep.equal(['no-answer']));
    it('finds a port that something else has taken', async () => {
      const other = createTcpServer((socket) => socket.on('error', () => undefined).end('no\n')).listen(0, '127.0.0.1');
      await new Promise((done) => other.once('listening', done));
      const { port } = other.address() as { port: number };
      expect(await found(['--url', `http://127.0.0.1:${port}`])).to.deep.equal(['port-taken']);
      other.close();
    });
    it('finds a partner that cannot be reached', async () => {
      const settings = { ...host.sandbox.biller.settings, '8': 'http://127.0.0.1:1' };
      await host.biller('gone', { settings });
      expect(await found(['gone'])).to.include('unreachable');
    });
    it('finds a wrong key', async () => {
      await host.biller('keyless', { settings: { ...host.sandbox.biller.settings, '10': 'wrong' } });
      expect(await found(['keyless'])).to.deep.equal(['http-401']);
    });
    it('finds a clock that is wrong', async () => {
      const late = createServer((_request, response) => {
        response
          .setHeader('date', new Date(Date.now() - 600_000).toUTCString())
          .writeHead(404)
          .end();
      }).listen(0, '127.0.0.1');
      await new Promise((done) => late.once('listening', done));
      const { port } = late.address() as { port: number };
      await host.biller('late', { settings: { ...host.sandbox.biller.settings, '20': `http://127.0.0.1:${port}` } });
      expect(await found(['late'])).to.include('clock-skew');
      late.close();
    });
    it('finds a database that is not migrated, one of a later version, and one that is not there', async () => {
      expect(await found(['1663'], { IC_HOST_DATABASE_URL: await newEmptyDatabase() })).to.deep.equal(['unmigrated']);
      const later = await newEmptyDatabase();
      const client = new pg.Client(later);
      await client.connect();
      await client.query("create table least_migration as select '900-later' as name");
      await client.end();
      expect(await found(['1663'], { IC_HOST_DATABASE_URL: later })).to.deep.equal(['later-version']);
      const nowhere = 'postgres://nobody@127.0.0.1:1/none';
      expect(await found(['1663'], { IC_HOST_DATABASE_URL: nowhere })).to.deep.equal(['database-unreachable']);
    });
    it('finds a setting of the environment that is wrong, or none', async () => {
      const set = { IC_HOST_EGRESS_PROXY: 'proxy:3128', IC_HOST_DATABSE_URL: 'postgres://…' };
      const { checks } = (await ic(['doctor', '1663', '--json'], set)).json;
      const found = checks.find(({ what }: { what: string }) => what === 'environment');
      expect(found.code).to.equal('environment-wrong');
      for (const name of Object.keys(set)) expect(found.detail).to.include(name);
      const { IC_HOST_EGRESS_PROXY: _, ...mistyped } = set;
      expect((await ic(['doctor', '1663'], mistyped)).out).to.include('IC_HOST_DATABSE_URL is set, and means nothing');
    });
    it('finds mistakes in manifests', async () => {
      const manifest = join(temporaryFolder(), 'adapter.manifest.json');
      expect(await found(['1663', '--manifest', manifest])).to.deep.equal(['manifest-wrong']);
      writeFileSync(manifest, JSON.stringify({ hostApi: '1', adapters: ['./nothing-here'] }));
      expect(await found(['1663', '--manifest', manifest])).to.deep.equal(['manifest-wrong']);
    });
    it('finds a data directory in use; a second host on it does not start', async () => {
      const dataDir = temporaryFolder();
      const running = await spawnHost(dataDir, {});
      try {
        expect(await found(['1663', '--data-dir', dataDir])).to.deep.equal(['data-dir-in-use']);
        const second = await ic(['start', '--port', '0', '--data-dir', dataDir]);
        expect(second.status).to.equal(1);
        expect(second.err).to.include(`is in use by another host (process ${running.child.pid})`);
        const { port } = new URL(running.url);
        const third = await ic(['start', '--port', port, '--data-dir', temporaryFolder()]);
        expect(third.err).to.include(`port ${port} is taken`);
      } finally {
        running.child.kill('SIGTERM');
        expect(await running.exited).to.equal(0);
      }
      expect(readdirSync(join(dataDir, 'compiled')), 'kept for its next start').to.have.length.above(0);
      expect(statSync(join(dataDir, 'compiled')).mode & 0o777, 'written by nobody else').to.equal(0o700);
    });
  });
});
