import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { halfOpenAfter } from '../../src/egress/half-open.js';

describe('a breaker on a machine whose clock is set', () => {
  const MS = 300;
  let clock: SinonFakeTimers | undefined;
  afterEach(() => clock?.restore());

  for (const [name, hours] of [
    ['back', -1],
    ['ahead', 1],
  ] as const)
    it(`${name} stays open as long as it would have, each time`, async () => {
      const breaker = circuitBreaker(handleAll, {
        ...{ halfOpenAfter: halfOpenAfter(MS), breaker: new ConsecutiveBreaker(1) },
      });
      const call = (work: () => string) => breaker.execute(work).catch((error: Error) => error);
      const fail = (): never => {
        throw new Error('failed');
      };
      const failed = async () => ((await call(fail)) as Error).message;
      for (let round = 0; round < 2; round++) {
        expect(await failed()).to.equal('failed');
        clock?.restore();
        clock = useFakeTimers({ now: Date.now() + hours * 3_600_000, toFake: ['Date'] });
        expect(await call(() => 'sent')).to.be.instanceOf(BrokenCircuitError);
        await wait(MS + 10);
      }
      expect(await call(() => 'sent')).to.equal('sent');
    });
});
