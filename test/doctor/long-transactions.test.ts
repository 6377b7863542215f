import { expect } from 'chai';
import pg from 'pg';
import { checkLongTransactions } from '../../src/doctor/long-transactions.js';
import { openDatabase } from '../../src/store/database.js';
import { newDatabase } from '../host-fixture.js';

describe("the doctor's look at transactions that are open", () => {
  it('names one that keeps what is deleted from being cleared away, as a dump does', async () => {
    const databaseUrl = await newDatabase();
    const database = await openDatabase(databaseUrl);
    expect(await checkLongTransactions(database.db)).to.include({ state: 'ok' });
    const dump = new pg.Client({ connectionString: databaseUrl, application_name: 'a dump' });
    await dump.connect();
    await dump.query('begin isolation level repeatable read; select 1');
    const found = await checkLongTransactions(database.db, 0);
    expect(found).to.include({ state: 'failed', code: 'transaction-open-long' });
    expect(found.detail).to.match(/process \d+ \(/);
    await dump.end();
    await database.close();
  });
});
