import { AdapterError, type AdapterErrorKind, Money } from '@ic-host/contracts';
import { expect } from 'chai';
import { failureOf, successOf } from '../../src/deliveries/told.js';

describe('what an adapter tells of an attempt', () => {
  it('is kept as the contract has it', () =>
    expect(
      successOf({
        duplicate: true,
        confirmationNumber: 'c',
        payoffAmount: Money.parse('1.50'),
        partnerMessages: ['ok'],
      }),
    ).to.deep.equal({ duplicate: true, confirmationNumber: 'c', payoffAmount: '1.50', partnerMessages: ['ok'] }));

  it('is made fit to be kept where the contract has it otherwise', () => {
    const self: Record<string, unknown> = { confirmationNumber: 12n, payoffAmount: 1.5, partnerMessages: [1, null] };
    self.self = self;
    expect(successOf(self)).to.deep.equal({ confirmationNumber: '12', partnerMessages: ['1', 'null'] });
    expect(successOf({ confirmationNumber: null, partnerMessages: 'ok' })).to.deep.equal({ partnerMessages: [] });
  });

  for (const told of [undefined, null, 'yes', 1])
    it(`${told} is no receipt`, () =>
      expect(() => successOf(told))
        .to.throw('no receipt')
        .with.property('kind', 'malformed'));

  it('a failure of no known kind may be anything', () => {
    const known = new AdapterError('rejected', 'no');
    expect(failureOf(known)).to.equal(known);
    const unknown = new AdapterError('busy' as AdapterErrorKind, 'not now', { partnerMessages: ['later'] });
    expect(failureOf(unknown)).to.include({ kind: 'unknown-outcome', message: 'not now', code: 'busy' });
  });
});
