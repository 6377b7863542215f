import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DEMONSTRATION_BILLER, invoiceFile, startSandbox } from '@ic-host/adapter-britecore/sandbox';
import { expect } from 'chai';
import pg from 'pg';
import { HOST_OPTIONS } from '../../src/host-options.js';
import { ImportInvoiceFile } from '../../src/invoice-files/import-invoice-file.js';
import { newDatabase, TestHost, temporaryFolder } from '../host-fixture.js';
import { type HostProcess, spawnHost } from '../host-process.js';
import { SilentProxy } from '../store/silent-proxy.js';

const INVOICES = 30_000;
const NAME = '1663_11232026.JSON';
const file = (invoices: number) => [...invoiceFile({ invoices, billerGuid: DEMONSTRATION_BILLER.guid })].join('');

describe('an import and a crash', function () {
  this.timeout(120_000);

  it('killed while it reads and while it applies: goes on by itself, nothing half applied, each change told once', async () => {
    const databaseUrl = await newDatabase();
    const dataDir = temporaryFolder();
    const env = {
      ...{ IC_HOST_DATABASE_URL: databaseUrl, IC_HOST_API_TOKEN: 't', IC_HOST_MASTER_KEY: 'm' },
      IC_HOST_LOG_LEVEL: 'fatal',
    };
    const headers = { authorization: 'Bearer t', 'content-type': 'application/json' };
    const sandbox = await startSandbox();
    const client = new pg.Client(databaseUrl);
    await client.connect();
    const count = async (query: string): Promise<number> => Number((await client.query(query)).rows[0].n);
    const until = async (query: string): Promise<void> => {
      while (!(await count(query))) await wait(5);
    };
    const kill = async ({ child, exited }: HostProcess): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
      // Its connections end a little later than it does.
      await until('select (count(*) = 1)::int as n from pg_stat_activity where datname = current_database()');
      expect(await count('select count(*) as n from invoices'), 'nothing of it is there').to.equal(0);
      expect(await count("select count(*) as n from pg_class where relname = 'staged'")).to.equal(0);
    };

    let host = await spawnHost(dataDir, env);
    const { billerId, ...biller } = sandbox.biller;
    const base = (): string => `${host.url}/v1/billers/${billerId}`;
    await fetch(base(), { method: 'PUT', headers, body: JSON.stringify({ ...biller, adapter: 'britecore' }) });
    const body = file(INVOICES);
    const sent = await fetch(`${base()}/invoice-files?filename=${NAME}`, { method: 'POST', headers, body });
    const { importId } = (await sent.json()) as { importId: string };

    await until('select count(*) as n from invoice_files where records > 0');
    await kill(host);
    host = await spawnHost(dataDir, env);
    await until(
      "select count(*) as n from pg_stat_activity where query like '%insert into invoices (biller_id, invoice_number%'",
    );
    await kill(host);
    host = await spawnHost(dataDir, env);
    await until("select count(*) as n from invoice_files where state <> 'running'");

    const held = await (await fetch(`${base()}/invoice-files/${importId}`, { headers })).json();
    expect(held).to.include({ state: 'applied', records: INVOICES, created: INVOICES, updated: 0, unchanged: 0 });
    expect(await count('select count(*) as n from invoices')).to.equal(INVOICES);
    expect(await count('select count(*) as n from changes')).to.equal(INVOICES);
    host.child.kill('SIGTERM');
    await host.exited;
    await client.end();
    await sandbox.close();
  });

  it('a file that is gone from the data directory is refused, and imported when it is handed over again', async () => {
    const host = await TestHost.start();
    await host.biller();
    const body = file(3);
    await host.query(
      `insert into invoice_files (biller_id, file_name, sha256, bytes, path, state, kept_by)
       values ('1663', $1, $2, 1, '/nowhere', 'running', $3)`,
      [
        NAME,
        createHash('sha256').update(body).digest('hex'),
        host.host.container.get<{ dataDirId: string }>(HOST_OPTIONS).dataDirId,
      ],
    );
    await host.host.container.get<ImportInvoiceFile>(ImportInvoiceFile).resume();
    const [row] = await host.query("select import_id, state, problem->>'code' as code from invoice_files");
    expect(row).to.include({ state: 'refused', code: 'file-lost' });
    const type = { 'content-type': 'application/json' };
    const again = await host.call('POST', `/v1/billers/1663/invoice-files?filename=${NAME}`, body, type);
    expect(again.body).to.include({ importId: row?.import_id, state: 'running' });
    const done = await host.settled(`/v1/billers/1663/invoice-files/${row?.import_id}`);
    expect(done).to.include({ state: 'applied', created: 3, problem: null });
    await host.close();
  });

  it('a file whose host is gone is imported when it is handed over again, and is given up after an hour', async () => {
    const host = await TestHost.start();
    await host.biller();
    const body = file(3);
    await host.query(
      `insert into invoice_files (biller_id, file_name, sha256, bytes, path, state, kept_by, attended_at) values
       ('1663', $1, $2, 1, '/nowhere', 'running', 'gone', now() - interval '59 s'),
       ('1663', $1, 'another', 1, '/nowhere', 'running', 'gone', now() - interval '61 min')`,
      [NAME, createHash('sha256').update(body).digest('hex')],
    );
    await host.host.container.get<ImportInvoiceFile>(ImportInvoiceFile).resume();
    const [kept, given] = await host.query(
      "select import_id, state, problem->>'code' as code from invoice_files order by place",
    );
    expect([kept?.state, given?.state, given?.code]).to.deep.equal(['running', 'refused', 'file-lost']);
    const path = '/v1/billers/1663/invoice-files';
    const again = () => host.call('POST', `${path}?filename=${NAME}`, body, { 'content-type': 'application/json' });
    expect((await again()).body).to.include({ importId: kept?.import_id, state: 'running', bytes: 1 });
    await host.query("update invoice_files set attended_at = now() - interval '61 s' where state = 'running'");
    expect((await again()).body).to.include({ importId: kept?.import_id, state: 'running' });
    expect(await host.settled(`${path}/${kept?.import_id}`)).to.include({ state: 'applied', created: 3 });
    await host.close();
  });

  it('goes on with a file whose import was made though nobody heard of it', async () => {
    const proxy = await SilentProxy.start(await newDatabase());
    const host = await TestHost.start({ databaseUrl: proxy.url });
    await host.biller();
    proxy.breakAfter('insert into "invoice_files"');
    const type = { 'content-type': 'application/json' };
    const taken = await host.call('POST', `/v1/billers/1663/invoice-files?filename=${NAME}`, file(3), type);
    expect(taken.body).to.include({ status: 503, code: 'database-unavailable' });
    await host.host.container.get<ImportInvoiceFile>(ImportInvoiceFile).resume();
    const [made] = (await host.call('GET', '/v1/billers/1663/invoice-files')).body.imports;
    const done = await host.settled(`/v1/billers/1663/invoice-files/${made.importId}`);
    expect(done).to.include({ state: 'applied', created: 3 });
    await host.close();
    proxy.close();
  });

  it('is taken up again by a host that only answers requests, too', async () => {
    const [databaseUrl, dataDir] = [await newDatabase(), temporaryFolder()];
    const start = () => TestHost.start({ databaseUrl, dataDir, role: 'api' });
    const before = await start();
    await before.biller();
    await before.close();
    const path = join(dataDir, 'kept');
    writeFileSync(path, file(3));
    await before.query(
      `insert into invoice_files (biller_id, file_name, sha256, bytes, path, state) values ('1663', $1, 's', 1, $2, 'running')`,
      [NAME, path],
    );
    const host = await start();
    const [row] = await host.query('select import_id from invoice_files');
    const done = await host.settled(`/v1/billers/1663/invoice-files/${row?.import_id}`);
    expect(done).to.include({ state: 'applied', created: 3 });
    await host.close();
  });

  it('given to two hosts at once, it is one import', async () => {
    const databaseUrl = await newDatabase();
    const hosts = await Promise.all([0, 1].map(() => TestHost.start({ databaseUrl, masterKey: 'm' })));
    await hosts[0]?.biller();
    const path = `/v1/billers/1663/invoice-files?filename=${NAME}`;
    const type = { 'content-type': 'application/json' };
    const body = file(5_000);
    const taken = await Promise.all(hosts.map((host) => host.call('POST', path, body, type)));
    expect(taken[0]?.body.importId).to.equal(taken[1]?.body.importId);
    const done = await hosts[1]?.settled(`/v1/billers/1663/invoice-files/${taken[0]?.body.importId}`);
    expect(done).to.include({ state: 'applied', created: 5_000 });
    expect(await hosts[0]?.query('select count(*)::int as n from changes')).to.deep.equal([{ n: 5_000 }]);
    for (const host of hosts) await host.close();
  });
});
