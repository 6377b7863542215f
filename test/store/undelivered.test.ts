import { expect } from 'chai';
import { openDatabase } from '../../src/store/database.js';
import { DELIVERY_STATES } from '../../src/store/tables.js';
import { newDatabase } from '../host-fixture.js';
import { ADRIFT } from './adrift.js';

describe('the small tables of deliveries', () => {
  it('say what the deliveries say, whatever is done to them by however many at once', async () => {
    const database = await openDatabase(await newDatabase());
    const query = async (text: string, values: unknown[] = []) => (await database.pool.query(text, values)).rows;
    for (const biller of ['a', 'b'])
      await query(`insert into billers values ($1, 'b', 'b', 'x', '{}', '{}', true, 164, null)`, [biller]);
    const some = 'id in (select id from deliveries order by random() limit $1)';
    const lease = `now() + interval '1 minute'`;
    let made = 0;
    const wishes = [
      () => [
        `insert into deliveries (biller_id, kind, key, state, request)
         select $1, 'payment', $2 || n, $3, '{}' from generate_series(1, 5) n`,
        ['a', 'b'][made % 2],
        `key${made++}-`,
        DELIVERY_STATES[made % DELIVERY_STATES.length],
      ],
      () => [`update deliveries set state = $2 where ${some}`, 4, DELIVERY_STATES[made++ % DELIVERY_STATES.length]],
      () => [`update deliveries set state = 'delivered', lease_until = null where ${some}`, 3],
      () => [`update deliveries set lease_until = ${lease} where ${some}`, 3],
      () => [`update deliveries set state = 'queued', created_at = now() where ${some}`, 2],
      () => [`delete from deliveries where ${some}`, 2],
    ];
    for (let round = 0; round < 20; round++) {
      const works = wishes.map((wish) => wish());
      await Promise.all(
        works.map(([text, ...values]) =>
          query(text as string, values).catch((error) => {
            // They lock in no order here.
            if (error.code !== '40P01') throw error;
          }),
        ),
      );
      expect(await query(ADRIFT), `round ${round}`).to.deep.equal([]);
    }
    const [{ n }] = (await query('select count(*)::int as n from undelivered')) as [{ n: number }];
    expect(n).to.be.above(10);
    await database.close();
  });
});
