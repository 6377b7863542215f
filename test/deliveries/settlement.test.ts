import { expect } from 'chai';
import { type AttemptContext, settle } from '../../src/deliveries/settlement.js';

const context: AttemptContext = {
  ...{ delivery: 'payment', repeatSafety: 'idempotent', attempts: 1, ageMs: 0, maxAgeMs: 1000, equalAnswers: 0 },
  isDoubted: false,
};
const half = () => 0.5;

describe('what an outcome means', () => {
  it('rejected settles', () => expect(settle({ kind: 'rejected' }, context, half).next).to.equal('rejected'));
  for (const kind of ['rejected', 'not-found'] as const)
    it(`${kind} of a return that may have been taken goes to a person: it may say just that`, () => {
      const next = (more: Partial<AttemptContext>) => settle({ kind }, { ...context, ...more }, half).next;
      expect(next({ delivery: 'return', isDoubted: true })).to.equal('parked');
      expect(next({ delivery: 'return' })).to.equal('rejected');
      expect(next({ delivery: 'payment', isDoubted: true })).to.equal('rejected');
    });
  for (const kind of ['unavailable', 'unknown-outcome', 'malformed'] as const)
    it(`${kind} is tried again`, () => expect(settle({ kind }, context, half).next).to.equal('retry'));
  it('an unknown outcome at an unsafe sink goes to a person', () =>
    expect(settle({ kind: 'malformed' }, { ...context, repeatSafety: 'unsafe' }, half).next).to.equal('parked'));
  it('what did not happen is tried again there, too', () =>
    expect(settle({ kind: 'unavailable' }, { ...context, repeatSafety: 'unsafe' }, half).next).to.equal('retry'));
  it('what the adapter can’t do goes to a person', () =>
    expect(settle({ kind: 'unsupported' }, context, half).next).to.equal('parked'));
  it('the pause doubles, up to a quarter of an hour', () => {
    const inSeconds = (attempts: number) => {
      const settled = settle({ kind: 'unavailable' }, { ...context, attempts }, () => 1);
      return 'inMs' in settled ? settled.inMs / 1_000 : undefined;
    };
    expect([1, 2, 3, 9, 10, 1_000].map(inSeconds)).to.deep.equal([2, 4, 8, 512, 900, 900]);
  });
  it('an enrollment is safe to repeat everywhere', () =>
    expect(
      settle({ kind: 'malformed' }, { ...context, delivery: 'autopay', repeatSafety: 'unsafe' }, half).next,
    ).to.equal('retry'));
  it('Retry-After is honoured', () =>
    expect(settle({ kind: 'unavailable', retryAfterMs: 60_000 }, context, half)).to.deep.equal({
      next: 'retry',
      inMs: 60_000,
    }));
  it('a Retry-After of years holds nothing longer than a day, and one that is no number nothing at all', () => {
    const inMs = (retryAfterMs: number) => settle({ kind: 'unavailable', retryAfterMs }, context, half);
    const aDay = { next: 'retry', inMs: 86_400_000 };
    for (const asked of [999_999_999_000, Number.POSITIVE_INFINITY]) expect(inMs(asked)).to.deep.equal(aDay);
    for (const asked of [Number.NaN, -1]) expect(inMs(asked)).to.deep.equal({ next: 'retry', inMs: 1_000 });
  });
  it('too old is parked', () =>
    expect(settle({ kind: 'unavailable' }, { ...context, ageMs: 1000 }, half).next).to.equal('parked'));
  it('the tenth equal answer is parked', () => {
    expect(settle({ kind: 'malformed' }, { ...context, equalAnswers: 9 }, half).next).to.equal('retry');
    expect(settle({ kind: 'malformed' }, { ...context, equalAnswers: 10 }, half).next).to.equal('parked');
  });
});
