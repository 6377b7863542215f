import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { InHand } from '../../src/deliveries/in-hand.js';
import { TestHost } from '../host-fixture.js';

describe('what a host has in hand', () => {
  function given() {
    const time = { now: 0 };
    const inHand = new InHand<{ id: string; groupId: string }>(() => time.now);
    let last = 0;
    const take = (biller: string, count: number) =>
      Array.from({ length: count }, () => {
        const job = { id: String(last++), groupId: biller };
        inHand.add(job, Promise.resolve());
        return job;
      });
    return { time, inHand, take };
  }

  it('has five hundred places for what is being answered', () => {
    const { inHand, take } = given();
    expect(inHand.room()).to.deep.equal({ places: 500, silent: [], nextMs: 2_000, ofEach: Number.POSITIVE_INFINITY });
    const [first] = take('a', 480);
    expect(inHand.room().places).to.equal(20);
    if (first) inHand.delete(first);
    expect(inHand.room().places).to.equal(21);
  });

  it('what hangs takes none, up to two and a half thousand of them; it says when the next may be free', () => {
    const { time, inHand, take } = given();
    take('a', 100);
    time.now = 1_500;
    take('b', 400);
    expect(inHand.room()).to.include({ places: 0, nextMs: 500 });
    time.now = 2_000;
    expect(inHand.room()).to.deep.equal({
      places: 100,
      silent: ['a'],
      nextMs: 1_500,
      ofEach: Number.POSITIVE_INFINITY,
    });
    for (let round = 0; round < 4; round++) {
      take('c', 500);
      time.now += 2_000;
    }
    expect(inHand.room().places).to.equal(0);
  });

  it('says which are under way for how long', () => {
    const { time, inHand, take } = given();
    const old = take('a', 2);
    time.now = 1_000;
    take('a', 1);
    time.now = 1_500;
    expect(inHand.longerThan(1_500)).to.deep.equal(old);
  });

  it('of a biller whose partner is silent no more is taken, until it answers', () => {
    const { time, inHand, take } = given();
    const [slow] = take('slow', 10);
    const [, ...silent] = take('silent', 10);
    time.now = 3_000;
    if (slow) inHand.delete(slow); // it is slow, and answers
    expect(inHand.room().silent).to.deep.equal(['silent']);
    time.now = 5_000;
    expect(inHand.room().silent).to.deep.equal(['slow', 'silent']);
    time.now = 30_000;
    for (const job of silent) inHand.delete(job); // their time was over: that is no answer
    expect(inHand.room().silent).to.deep.equal(['slow', 'silent']);
    const [quick] = take('silent', 1);
    time.now = 30_100;
    if (quick) inHand.delete(quick);
    expect(inHand.room().silent).to.deep.equal(['slow']);
  });

  it('while many hang, a few of each are tried', () => {
    const { time, inHand, take } = given();
    take('a', 249);
    time.now = 1_000;
    take('b', 1);
    time.now = 2_000;
    expect(inHand.room().ofEach).to.equal(Number.POSITIVE_INFINITY);
    time.now = 3_000;
    expect(inHand.room().ofEach).to.equal(9);
    take('c', 1_700);
    expect(inHand.room().ofEach, 'with little room left').to.equal(2);
    const [answered] = take('a', 1);
    if (answered) inHand.delete(answered);
    expect(inHand.room(), 'one of them is slow, and answers').to.include({ ofEach: Number.POSITIVE_INFINITY });
  });
});

describe('a vendor that doesn’t answer, with more deliveries than a host has places', function () {
  this.timeout(60_000);
  it('holds nobody else’s up', async () => {
    const vendor = createServer((request) => void request.resume()).listen(0, '127.0.0.1');
    await once(vendor, 'listening');
    const url = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
    const host = await TestHost.start();
    await host.biller();
    const settings = { 8: url, 10: 'key' };
    const billers = Array.from({ length: 12 }, (_, index) => `h${index}`);
    await Promise.all(billers.map((guid) => host.biller(guid, { guid, options: { concurrency: 50 }, settings })));
    for (const id of billers)
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          host.call('POST', `/v1/billers/${id}/payments`, host.payment(`${id}-${index}`)),
        ),
      );
    const ids = ['one', 'two', 'three'];
    for (const id of ids) await host.call('POST', '/v1/billers/1663/payments', host.payment(id));
    // A call of the vendor's times out after thirty seconds.
    for (const id of ids)
      expect(await host.until(`/v1/billers/1663/payments/${id}`, ({ state }) => state !== 'queued', 12)).to.include({
        state: 'delivered',
      });
    await host.close();
    vendor.close();
    vendor.closeAllConnections();
  });
});
