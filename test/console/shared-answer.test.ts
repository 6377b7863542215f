import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { SharedAnswer } from '../../src/console/shared-answer.js';

describe('an answer that many ask for', () => {
  it('is one for all who wait, and never from before they asked', async () => {
    let now = 0;
    let asked = 0;
    const shared = new SharedAnswer(async () => {
      asked++;
      const then = now;
      await wait(20);
      return then;
    });
    const first = Promise.all([shared.get(), shared.get()]);
    await wait(5);
    now = 1;
    const later = Promise.all([shared.get(), shared.get(), shared.get()]);
    expect(await first).to.deep.equal([0, 0]);
    expect(await later).to.deep.equal([1, 1, 1]);
    expect(asked).to.equal(2);
  });

  it('is asked for a third of the time at the most', async () => {
    const busy: [number, number][] = [];
    const shared = new SharedAnswer(async () => {
      const began = performance.now();
      await wait(30);
      busy.push([began, performance.now()]);
    });
    for (let index = 0; index < 3; index++) await shared.get();
    for (const [index, [began, ended]] of busy.slice(0, -1).entries())
      expect((busy[index + 1]?.[0] ?? 0) - ended).to.be.at.least((ended - began) * 1.8);
  });

  it('goes on after it could not be had', async () => {
    let fails = true;
    const shared = new SharedAnswer(async () => {
      if (fails) throw new Error('no');
      return 'yes';
    });
    const failed = await shared.get().catch((error: Error) => error.message);
    fails = false;
    expect([failed, await shared.get()]).to.deep.equal(['no', 'yes']);
  });
});
