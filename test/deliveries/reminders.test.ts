import { expect } from 'chai';
import { newDatabase, TestHost } from '../host-fixture.js';

describe('deliveries whose jobs are gone', function () {
  this.timeout(60_000);

  it('are delivered all the same, each once; those that have one get no other', async () => {
    const databaseUrl = await newDatabase();
    const front = await TestHost.start({ databaseUrl, masterKey: 'm', role: 'api' });
    await front.biller();
    const path = '/v1/billers/1663/payments';
    const ids = Array.from({ length: 20 }, (_, index) => `gone-${index}`);
    for (const id of [...ids, 'held', 'new']) await front.call('POST', path, front.payment(id));
    const idOf = async (key: string) => (await front.query('select id from deliveries where key = $1', [key]))[0]?.id;
    const held = await idOf('held');
    // As a queue whose tables were lost, or not among what was restored; one payment was accepted just now.
    await front.query(`delete from pgboss.job where data->>'deliveryId' <> $1`, [held]);
    await front.query("update deliveries set updated_at = now() - interval '2 minutes' where key <> 'new'");
    const worker = await TestHost.start({ databaseUrl, masterKey: 'm', role: 'worker' });
    for (const id of [...ids, 'held']) expect(await front.settled(`${path}/${id}`)).to.include({ state: 'delivered' });
    const ledger = front.sandbox.book.ledger.map(({ transactionId }) => transactionId).sort();
    expect(ledger).to.deep.equal([...ids, 'held'].sort());
    const { body } = await front.call('GET', `${path}/new`);
    expect(body.state, 'is looked at when it has been due for a minute').to.equal('queued');
    await worker.close();
    await front.close();
  });
});
