import { expect } from 'chai';
import { crash } from './crash.js';

describe('crashes (the short form of npm run test:crash)', function () {
  this.timeout(200_000);
  it('300 payments, 4 kills: each on the ledger once', async () => {
    const figures = await crash({ payments: 300, kills: 4, seconds: 180 }, () => undefined);
    expect(figures).to.include({ accepted: 300, onLedgerOnce: 300, lost: 0, twice: 0, stuck: 0, kills: 4 });
  });
});
