import { expect } from 'chai';
import { conclude } from '../../src/deliveries/delivery-rules.js';
import type { DeliveryProgress, PartnerState } from '../../src/deliveries/delivery-store.js';

describe('what an attempt that failed says of the partner', () => {
  const now = new Date('2026-11-26T12:00:00Z');
  const row = {
    ...{ id: 'd', biller_id: 'b', kind: 'payment', state: 'queued', version: 1, attempts: 0, lease_token: 't' },
    ...{ doubtful_until: null, created_at: now },
  } as DeliveryProgress;
  const partner = { biller_id: 'b', failures: 9, blocks: 0, cause: null, blocked_since: null } as PartnerState;
  const told = (code: string, brokenOff = false) => {
    const failure = { kind: 'unavailable' as const, code, message: 'm', partnerMessages: [] };
    const context = {
      ...{ repeatSafety: 'idempotent' as const, maxAgeMs: 1e9, equalAnswers: 0, partner, probe: false, brokenOff, now },
      random: () => 0.5,
    };
    return conclude(row, row, { failure }, context);
  };

  it('ten in a row hold its deliveries back', () =>
    expect(told('etimedout').partner).to.include({ cause: 'failing', failures: 10 }));

  for (const [name, conclusion] of [
    ['it waited too long behind others of its biller', told('no-turn')],
    ['too many waited already', told('too-many-wait')],
    ['the host that ends broke it off', told('err-canceled', true)],
  ] as const)
    it(`nothing, where ${name}; the delivery is tried again all the same`, () => {
      expect(conclusion.partner).to.equal(undefined);
      expect(conclusion.enqueueAt?.getTime()).to.be.above(now.getTime());
      expect(conclusion.patch).to.include({ attempts: 1 });
    });
});
