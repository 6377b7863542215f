import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { unlink } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { invoiceFile } from '@ic-host/adapter-britecore/sandbox';
import { expect } from 'chai';
import { LocalInbox } from '../../src/invoice-files/inbox-folder.js';
import { SftpInbox } from '../../src/invoice-files/sftp-inbox.js';
import { newDatabase, TestHost, temporaryFolder } from '../host-fixture.js';
import { needs } from '../needs.js';
import { HOW_TO_GET_OPENSSH, hasOpenSsh, type OpenSsh, startOpenSsh } from '../peers/openssh.js';
import { SilentProxy } from '../store/silent-proxy.js';

const NAME = '1663_11232026.JSON';
const until = async (fits: () => boolean): Promise<void> => {
  while (!fits()) await wait(30);
};

describe("a biller's inbox", function () {
  this.timeout(60_000);
  let host: TestHost;
  let inbox: string;
  const text = (invoices: number, seed = 1) =>
    [...invoiceFile({ invoices, seed, billerGuid: host.sandbox.biller.guid })].join('');
  const watch = (options: object, target = host) => target.biller('1663', { options: { inboxSeconds: 1, ...options } });
  const report = (file: string) => JSON.parse(readFileSync(join(inbox, `${file}.report.json`), 'utf8'));

  beforeEach(async () => {
    host = await TestHost.start();
    inbox = join(temporaryFolder(), 'dropped here');
    mkdirSync(inbox);
  });
  afterEach(() => host.close());

  it('takes a file when nobody writes to it any more, and puts it into done with a report', async () => {
    await watch({ inbox });
    const whole = text(500);
    writeFileSync(join(inbox, NAME), whole.slice(0, 1000));
    // Written to for longer than a look takes: had it been taken half, it would be refused as truncated.
    for (let from = 1000; from < whole.length; from += whole.length / 6) {
      await wait(500);
      appendFileSync(join(inbox, NAME), whole.slice(from, from + whole.length / 6));
    }
    writeFileSync(join(inbox, NAME), whole);
    await until(() => existsSync(join(inbox, 'done', NAME)));
    expect(report(`done/${NAME}`)).to.include({ state: 'applied', records: 500, created: 500, filename: NAME });
    expect(readdirSync(inbox)).to.deep.equal(['done']);
    expect(await host.query("select 1 from invoice_files where state = 'refused'")).to.deep.equal([]);
  });

  it('takes no notice of a name that says "not yet", and takes the file once it is renamed', async () => {
    await watch({ inbox });
    writeFileSync(join(inbox, `${NAME}.filepart`), text(3));
    await wait(3_500);
    expect(await host.query('select 1 from invoice_files')).to.deep.equal([]);
    renameSync(join(inbox, `${NAME}.filepart`), join(inbox, NAME));
    await until(() => existsSync(join(inbox, 'done', NAME)));
  });

  it('puts a file that is refused into refused, with what to tell the partner', async () => {
    await watch({ inbox });
    writeFileSync(join(inbox, NAME), text(3).replace('"InvoiceCount":3', '"InvoiceCount":4'));
    await until(() => existsSync(join(inbox, 'refused', NAME)));
    expect(report(`refused/${NAME}`).problem).to.deep.include({
      code: 'invoice-count-differs',
      detail: 'the header says 4 invoices, the file holds 3',
    });
    expect(report(`refused/${NAME}`).problem.tellPartner).to.include('Please check');
  });

  it('says when it cannot be read, and goes on when it can', async () => {
    await watch({ inbox: join(inbox, 'later') });
    const { problem } = await host.until('/v1/billers/1663/inbox', (state) => state.problem !== null);
    expect(problem).to.include('ENOENT');
    mkdirSync(join(inbox, 'later'));
    writeFileSync(join(inbox, 'later', NAME), text(2));
    await until(() => existsSync(join(inbox, 'later/done', NAME)));
    await host.until('/v1/billers/1663/inbox', (state) => state.problem === null && state.waiting.length === 0);
  });

  it('takes files in the order in which they came, whatever their names', async () => {
    const [first, then] = ['1663_12312026.JSON', '1663_01012027.JSON'] as const;
    writeFileSync(join(inbox, then), text(3));
    writeFileSync(join(inbox, first), text(2));
    utimesSync(join(inbox, first), 0, Date.now() / 1000 - 60);
    await watch({ inbox });
    await until(() => [first, then].every((name) => existsSync(join(inbox, 'done', name))));
    const taken = await host.query('select file_name from invoice_files order by place');
    expect(taken.map(({ file_name }) => file_name)).to.deep.equal([first, then]);
  });

  it('two hosts that watch it make one import', async () => {
    const databaseUrl = await newDatabase();
    const hosts = [
      await TestHost.start({ databaseUrl, masterKey: 'm' }),
      await TestHost.start({ databaseUrl, masterKey: 'm' }),
    ];
    writeFileSync(join(inbox, NAME), text(2_000));
    await watch({ inbox }, hosts[0]);
    await until(() => existsSync(join(inbox, 'done', NAME)));
    await wait(1_500);
    expect(readdirSync(join(inbox, 'done')).sort()).to.deep.equal([NAME, `${NAME}.report.json`]);
    const imports = await hosts[0]?.query('select state, created from invoice_files');
    expect(imports).to.deep.equal([{ state: 'applied', created: 2_000 }]);
    for (const each of hosts) await each.close();
  });

  it('those at a server that doesn’t answer hold no others up', async () => {
    let [open, most] = [0, 0];
    const mute = createServer((socket) => {
      most = Math.max(most, ++open);
      socket
        .resume()
        .on('error', () => undefined)
        .once('close', () => open--);
    }).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const url = `sftp://a@127.0.0.1:${port}/in`;
    const behind = { inbox: { url, hostKey: `SHA256:${'a'.repeat(43)}`, password: { env: 'PATH' } }, inboxSeconds: 1 };
    const guids = Array.from({ length: 20 }, (_, index) => `behind-${index}`);
    await host.biller();
    await host.query(
      `with behind as (
         insert into billers (biller_id, name, guid, adapter, settings, options, open_billing, invoice_type_id)
         select g, name, g, adapter, settings, $2, open_billing, invoice_type_id from billers, unnest($1::text[]) g
         where biller_id = '1663' returning biller_id)
       insert into inbox_states select biller_id, now(), '[]', 'no answer' from behind`,
      [guids, JSON.stringify(behind)],
    );
    await until(() => open > 0);
    await wait(2_500);
    await watch({ inbox });
    writeFileSync(join(inbox, NAME), text(2));
    await until(() => existsSync(join(inbox, 'done', NAME)));
    expect(most, 'of sixteen looks at once').to.be.within(1, 4);
    mute.close();
  });

  for (const [name, value, words] of [
    ['a relative folder', 'inbox', 'absolute'],
    ['another protocol', { url: 'ftp://a@b/c' }, 'sftp://'],
    ['a password in the URL', { url: 'sftp://a:b@c/d' }, 'not the password'],
    ['no host key', { url: 'sftp://a@c/d', password: { env: 'X' } }, 'fingerprint'],
    ['a password in the clear', { url: 'sftp://a@c/d', hostKey: `SHA256:${'a'.repeat(43)}`, password: 'x' }, 'env'],
  ] as const)
    it(`refuses ${name}`, async () => {
      const { status, body } = await watch({ inbox: value });
      expect([status, body.code]).to.deep.equal([422, 'invalid-options']);
      expect(body.detail).to.include(words);
    });

  describe('on an SFTP server', () => {
    let server: OpenSsh;
    before(async function () {
      needs(this, hasOpenSsh, HOW_TO_GET_OPENSSH);
      server = await startOpenSsh(temporaryFolder());
    });
    after(() => server?.close());
    const sftp = (more = {}) => ({
      url: `sftp://${server.user}@127.0.0.1:${server.port}${encodeURI(inbox)}`,
      ...{ hostKey: server.hostKey, privateKey: { file: server.clientKey } },
      ...more,
    });

    it('fetches a file, imports it, and moves it there', async () => {
      await watch({ inbox: sftp() });
      writeFileSync(join(inbox, NAME), text(3_000));
      await until(() => existsSync(join(inbox, 'done', NAME)));
      expect(report(`done/${NAME}`)).to.include({ state: 'applied', created: 3_000 });
      // The same name again, with other invoices: both are kept.
      writeFileSync(join(inbox, NAME), text(3_000, 2));
      await until(() => readdirSync(join(inbox, 'done')).length === 4);
    });

    it('gives up a server that falls silent, while it lists and while it reads', async () => {
      const proxy = await SilentProxy.start(`postgres://127.0.0.1:${server.port}`);
      const at = { ...sftp(), kind: 'sftp' as const, host: '127.0.0.1', port: Number(new URL(proxy.url).port) };
      const settings = { ...at, user: server.user, folder: inbox };
      writeFileSync(join(inbox, NAME), Buffer.alloc(50_000_000));
      const open = () => SftpInbox.open(settings, { allowPrivateEgress: true, dataDir: inbox }, 2_000);
      const failure = (asked: Promise<unknown>) =>
        asked.then(
          () => 'none',
          (error: Error) => error.message,
        );
      const lists = await open();
      expect(await lists.list()).to.have.length(1);
      proxy.silence();
      expect(await failure(lists.list())).to.equal('the server has said nothing for 2 s');
      expect(await failure(lists.close())).not.to.equal(undefined);
      const reads = await open();
      const stream = await reads.read(NAME);
      stream.once('data', () => proxy.silence());
      expect(await failure(finished(stream.resume()))).to.match(/^No response from server$|said nothing/);
      await failure(reads.close());
      proxy.close();
    });

    it('speaks to no server but the one whose key is configured', async () => {
      await watch({ inbox: sftp({ hostKey: `SHA256:${'a'.repeat(43)}` }) });
      writeFileSync(join(inbox, NAME), text(3));
      const { problem } = await host.until('/v1/billers/1663/inbox', (state) => state.problem !== null);
      expect(problem).to.match(/verif/i);
      expect(readdirSync(inbox)).to.deep.equal([NAME]);
    });
  });
});

describe('a folder that files are moved from while it is looked into', () => {
  it('is one without them, and no failure', async () => {
    const folder = temporaryFolder();
    const files = Array.from({ length: 3_000 }, (_, index) => join(folder, `${index}.JSON`));
    for (const file of files) writeFileSync(file, '');
    const looks = Array.from({ length: 5 }, () => new LocalInbox(folder).list());
    await Promise.all(files.map((file) => unlink(file)));
    for (const found of await Promise.all(looks)) expect(found.length).to.be.below(3_000);
    expect(await new LocalInbox(folder).list()).to.deep.equal([]);
  });
});
