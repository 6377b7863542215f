import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DEMONSTRATION_BILLER, invoiceFile } from '@ic-host/adapter-britecore/sandbox';
import { expect } from 'chai';
import pg from 'pg';
import { ImportInvoiceFile } from '../../src/invoice-files/import-invoice-file.js';
import { TestHost, temporaryFolder } from '../host-fixture.js';

const NAME = '1663_11232026.JSON';
const PATH = '/v1/billers/1663/invoice-files';
/** The same invoices; each amount of those of a later day is a dollar more. */
const file = (invoices: number, day: 1 | 2) =>
  [...invoiceFile({ invoices, billerGuid: DEMONSTRATION_BILLER.guid, changedPercent: day === 2 ? 100 : 0 })].join('');
const few = 3;
const many = 15_000;

describe('files of a biller', function () {
  this.timeout(120_000);
  let one: TestHost;
  let two: TestHost;

  beforeEach(async () => {
    one = await TestHost.start();
    two = await TestHost.start({ databaseUrl: one.databaseUrl });
    await one.biller();
    await applied(one, (await take(one, file(few, 1))).importId);
  });
  afterEach(async () => {
    await two.close();
    await one.close();
  });

  const take = async (host: TestHost, body: string) =>
    (await host.call('POST', `${PATH}?filename=${NAME}`, body, { 'content-type': 'application/json' })).body;
  const applied = async (host: TestHost, importId: string) => {
    const ended = await host.settled(`${PATH}/${importId}`);
    expect(ended.state, JSON.stringify(ended.problem)).to.equal('applied');
    return ended;
  };
  const amounts = async () => {
    const numbers = await one.query('select invoice_number as n from changes order by xid, seq limit $1', [few]);
    const rows = await one.query(
      'select total_amount_due::int as cents from invoices where invoice_number = any($1) order by array_position($1, invoice_number)',
      [numbers.map(({ n }) => n)],
    );
    return rows.map(({ cents }) => Number(cents));
  };
  const plus = (before: number[], cents: number): number[] => before.map((each) => each + cents);

  for (const name of ['the same host', 'another host'])
    it(`are applied in the order in which they came, whichever is read first, the later one on ${name}`, async () => {
      const before = await amounts();
      const earlier = await take(one, file(many, 1));
      const later = await take(name === 'another host' ? two : one, file(few, 2));
      const ends = [await applied(one, earlier.importId), await applied(one, later.importId)];
      expect(ends[0].finishedAt < ends[1].finishedAt).to.equal(true);
      expect(await amounts()).to.deep.equal(plus(before, 100));
    });

  it('wait for one that is just being written down', async () => {
    const writing = new pg.Client(one.databaseUrl);
    await writing.connect();
    await writing.query(`begin; select pg_advisory_xact_lock(hashtextextended('1663', 3));
      insert into invoice_files (biller_id, file_name, sha256, bytes, path, state, kept_by)
      values ('1663', 'before', 's', 1, '/nowhere', 'running', 'another host')`);
    const later = take(two, file(few, 2));
    await wait(700);
    const names = async () => (await one.query('select file_name from invoice_files')).map((row) => row.file_name);
    expect(await names()).to.deep.equal([NAME]);
    await writing.query('commit');
    await writing.end();
    const { importId } = await later;
    await wait(700);
    expect((await two.call('GET', `${PATH}/${importId}`)).body).to.include({ state: 'running' });
    await one.query("update invoice_files set state = 'refused' where file_name = 'before'");
    await applied(two, importId);
  });

  it('are not held up by one that nobody has in hand, which is refused when it comes after a later one', async () => {
    const before = await amounts();
    const old = file(few - 1, 1);
    const sha256 = createHash('sha256').update(old).digest('hex');
    const path = join(temporaryFolder(), 'kept');
    await one.query(
      `insert into invoice_files (biller_id, file_name, sha256, bytes, path, state, kept_by)
       values ('1663', $1, $2, 1, $3, 'running', 'a host that is down')`,
      [NAME, sha256, path],
    );
    const { importId } = await take(two, file(few, 2));
    await wait(1_500);
    const { state, records, explanation } = (await two.call('GET', `${PATH}/${importId}?explain=true`)).body;
    expect({ state, records }).to.deep.equal({ state: 'running', records: 0 });
    expect(explanation.summary).to.include('It waits for');
    await one.query("update invoice_files set attended_at = now() - interval '61 s' where sha256 = $1", [sha256]);
    await applied(two, importId);
    expect(await amounts()).to.deep.equal(plus(before, 100));

    writeFileSync(path, old); // its host is back
    await one.host.container.get(ImportInvoiceFile).resume();
    const [{ import_id: late }] = (await one.query('select import_id from invoice_files where sha256 = $1', [
      sha256,
    ])) as [{ import_id: string }];
    const refused = await one.settled(`${PATH}/${late}`);
    expect([refused.state, refused.problem?.code]).to.deep.equal(['refused', 'overtaken']);
    expect(refused.problem.tellPartner).to.include('Hand it over again');
    const told = async () =>
      (await one.call('GET', '/v1/billers/1663/overview')).body.needs.map(
        ({ kind, code }: Record<string, string>) => `${kind} ${code}`,
      );
    expect(await told()).to.deep.equal(['file-refused overtaken']);
    expect(await amounts()).to.deep.equal(plus(before, 100));

    const again = await take(one, old);
    expect(again.importId).to.equal(late);
    await applied(one, late);
    expect(await told()).to.deep.equal([]);
    const [first, second, third] = before as [number, number, number];
    expect(await amounts()).to.deep.equal([first, second, third + 100]);
  });
});
