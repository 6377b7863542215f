import { expect } from 'chai';
import { DeliveryHours } from '../../src/console/delivery-hours.js';
import { openDatabase } from '../../src/store/database.js';
import { newDatabase } from '../host-fixture.js';

describe('the hours of a console that is opened', () => {
  it('are counted a few at a time: a day’s would have all connections for as long', async () => {
    const database = await openDatabase(await newDatabase());
    const before = database.pool.totalCount;
    expect(await new DeliveryHours(database).latest(null)).to.have.length(24);
    expect(database.pool.totalCount - before).to.be.at.most(2);
    await database.close();
  });
});
