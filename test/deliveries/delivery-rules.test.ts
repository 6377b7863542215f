import { expect } from 'chai';
import { type ConclusionContext, conclude, type Outcome, pauseAfterLoss } from '../../src/deliveries/delivery-rules.js';
import type { DeliveryProgress, PartnerState } from '../../src/deliveries/delivery-store.js';

describe('what an attempt that failed says of the partner', () => {
  const now = new Date('2026-11-26T12:00:00Z');
  const row = {
    ...{ id: 'd', biller_id: 'b', kind: 'payment', state: 'queued', version: 1, attempts: 0, lease_token: 't' },
    ...{ doubtful_until: null, created_at: now },
  } as DeliveryProgress;
  const partner = { biller_id: 'b', failures: 9, blocks: 0, cause: null, blocked_since: null } as PartnerState;
  const concluded = (outcome: Outcome<object>, more: Partial<ConclusionContext> = {}, held = row) =>
    conclude(held, row, outcome, {
      ...{ repeatSafety: 'idempotent', maxAgeMs: 1e9, equalAnswers: 0, partner, probe: false, brokenOff: false, now },
      random: () => 0.5,
      ...more,
    });
  const failed = (code: string): Outcome<object> => ({
    failure: { kind: 'unavailable', code, message: 'm', partnerMessages: [] },
  });
  const told = (code: string, brokenOff = false) => concluded(failed(code), { brokenOff });

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

  describe('as the probe of a biller that is held back', () => {
    const blocked = { ...partner, cause: 'failing', blocked_since: now, blocked_until: new Date(+now + 30_000) };
    const probe = { probe: true, partner: blocked as PartnerState };
    for (const [name, conclusion] of [
      ['it waits for something else', concluded({ waitUntil: now }, probe)],
      ['its host ends', concluded(failed('err-canceled'), { ...probe, brokenOff: true })],
      ['it waited too long behind others', concluded(failed('no-turn'), probe)],
      ['it is another wish by now', concluded({ success: {} }, probe, { ...row, version: 2 })],
    ] as const)
      it(`the next goes at once, where ${name}`, () =>
        expect(conclusion.partner).to.deep.equal({ blocked_until: now }));

    it('one that fails holds it back longer', () =>
      expect(concluded(failed('etimedout'), probe).partner?.blocked_until).to.be.above(now));
    for (const [code, kind, seconds] of [
      ['etimedout', 'unavailable', [5, 10, 20, 40, 60, 60]],
      ['http-401', 'misconfigured', [15, 30, 60, 120, 240, 300]],
    ] as const)
      it(`${kind}: for ${seconds.join(', ')} seconds`, () => {
        const failure = { kind, code, message: 'm', partnerMessages: [] };
        let held = partner;
        const waited = seconds.map(() => {
          held = { ...held, ...concluded({ failure }, { probe: true, partner: held }).partner } as PartnerState;
          return (+(held.blocked_until as Date) - +now) / 1_000;
        });
        expect(waited).to.deep.equal(seconds);
        expect(held.blocked_since).to.equal(now);
      });
    it('what is no probe changes nothing', () =>
      expect(concluded({ waitUntil: now }, { ...probe, probe: false }).partner).to.equal(undefined));
  });
});

describe('a delivery whose worker was lost', () => {
  it('waits the longer the more were lost, up to half a minute', () => {
    const most = (attempts: number) => pauseAfterLoss(attempts, () => 1) / 1_000;
    expect([0, 1, 2, 5, 1_000].map(most)).to.deep.equal([1, 2, 4, 32, 32]);
    expect(pauseAfterLoss(3, () => 0)).to.equal(0);
  });
});
