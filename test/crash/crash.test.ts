import { expect } from 'chai';
import { crash } from './crash.js';
import { failover } from './failover.js';

describe('crashes (the short forms of npm run test:crash and test:failover)', function () {
  this.timeout(200_000);
  it('150 payments, a host killed and the database: each on the ledger once', async () => {
    const figures = await crash({ payments: 150, kills: 2, seconds: 180 }, () => undefined);
    expect(figures).to.include({ accepted: 150, onLedgerOnce: 150, lost: 0, twice: 0, stuck: 0, adrift: 0 });
    expect(figures).to.include({ kills: 2, databaseKills: 1 });
  });

  it('75 payments, the database fails over without a word: each on the ledger once', async () => {
    const figures = await failover({ payments: 75, seconds: 180 }, () => undefined);
    expect(figures).to.include({ accepted: 75, onLedgerOnce: 75, lost: 0, twice: 0, stuck: 0, adrift: 0 });
    expect(figures.noticed).to.equal(1);
    expect(figures.acceptedBefore).to.be.within(25, 74);
  });
});
