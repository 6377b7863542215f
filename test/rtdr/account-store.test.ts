import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { TestHost } from '../host-fixture.js';

const ACCOUNT = 'FM4000264061';
const PATH = `/v1/billers/1663/accounts/${ACCOUNT}`;

describe('when an account was refreshed and nothing was new', () => {
  let host: TestHost;
  const refresh = async (): Promise<string> => {
    const { status, body } = await host.call('POST', `${PATH}/refresh`);
    expect(status).to.equal(200);
    expect(body).to.deep.include({ changes: [], stale: false });
    return body.refreshedAt;
  };
  const held = async (): Promise<string> => (await host.call('GET', PATH)).body.refreshedAt;
  const stored = async (): Promise<string> => {
    const rows = await host.query('select refreshed_at from accounts where account_number = $1', [ACCOUNT]);
    return (rows[0] as { refreshed_at: Date }).refreshed_at.toISOString();
  };
  const isStored = async (at: string): Promise<void> => {
    while ((await stored()) !== at) await wait(10);
  };

  beforeEach(async () => {
    host = await TestHost.start();
    await host.biller();
    await host.call('POST', `${PATH}/refresh`);
  });
  afterEach(() => host.close());

  it('is known at once, and written soon', async () => {
    const at = await refresh();
    expect(await held()).to.equal(at);
    await isStored(at);
    const next = await refresh();
    expect(await held()).to.equal(next);
    await isStored(next);
  });

  it('makes no one wait who holds the account, and is written after', async () => {
    const other = new pg.Client(host.databaseUrl);
    await other.connect();
    await other.query('begin');
    await other.query('select from accounts for update');
    const before = await stored();
    const at = await refresh();
    const next = await refresh();
    expect(next >= at).to.equal(true);
    expect(await held()).to.equal(next);
    expect(await stored()).to.equal(before);
    await other.query('commit');
    await other.end();
    await isStored(next);
  });

  it('takes no newer time away', async () => {
    const newer = '2126-11-26T00:00:00.000Z';
    await host.query('update accounts set refreshed_at = $1', [newer]);
    await refresh();
    expect(await held()).to.equal(newer);
    await host.host.close(); // it is written by then
    expect(await stored()).to.equal(newer);
  });

  it('is written before the host ends', async () => {
    const at = await refresh();
    await host.host.close();
    expect(await stored()).to.equal(at);
  });
});
