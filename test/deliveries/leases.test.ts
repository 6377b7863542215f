import { AdapterError } from '@ic-host/contracts';
import { expect } from 'chai';
import type { DeliveryStore } from '../../src/deliveries/delivery-store.js';
import { type Lease, Leases } from '../../src/deliveries/leases.js';

describe('a lease', () => {
  let now: number;
  let standing: string[];
  const store = { renew: async () => standing, transactAlone: async () => undefined } as unknown as DeliveryStore;
  const leases = () => new Leases(store, () => now);
  const sends = (lease: Lease): string => {
    try {
      return lease.toSend().aborted ? 'aborted' : 'sent';
    } catch (error) {
      return AdapterError.is(error) ? `${error.kind} ${error.code}` : String(error);
    }
  };

  beforeEach(() => {
    now = 0;
    standing = [];
  });

  it('lets nothing be sent when its host has slept past it, before any timer has told', () => {
    const lease = leases().hold('a', 0);
    now = 10_000;
    expect(sends(lease)).to.equal('sent');
    now = 10_001;
    expect(sends(lease)).to.equal('unavailable not-begun');
  });

  it('is as old as the store says, however late its host has heard of it', () => {
    expect(sends(leases().hold('a', 10_000))).to.equal('sent');
    expect(sends(leases().hold('a', 10_001))).to.equal('unavailable not-begun');
  });

  it('is good again from when it was renewed, and over at once where another has it', async () => {
    const held = leases();
    const [mine, lost] = [held.hold('mine', 0), held.hold('lost', 0)];
    now = 9_000;
    standing = ['mine'];
    await held.beat();
    expect([sends(mine), sends(lost)]).to.deep.equal(['sent', 'unavailable not-begun']);
    now = 19_000;
    expect(sends(mine)).to.equal('sent');
  });
});
