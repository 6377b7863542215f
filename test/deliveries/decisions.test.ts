import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';
import { sinkAdapter } from './sink-adapter.js';

describe('a delivery that a person sends again', () => {
  it('is sent, whatever a worker that was lost may have done of it before', async () => {
    const { manifest, calls } = sinkAdapter('unsafe');
    const host = await TestHost.start({ manifest });
    await host.call('PUT', '/v1/billers/1', { name: 'b', guid: 'g', adapter: 'acme' });
    await host.call('POST', '/v1/billers/1/pause', { reason: 'test' });
    const { deliveryId } = (await host.call('POST', '/v1/billers/1/payments', host.payment('t'))).body;
    await host.query('update deliveries set lease_token = gen_random_uuid()'); // as a worker that is lost leaves it
    const { body: refused } = await host.call('POST', `/v1/deliveries/${deliveryId}/cancel`, {});
    expect(refused).to.include({ code: 'outcome-unknown' });
    await host.call('POST', `/v1/deliveries/${deliveryId}/settle`, { state: 'rejected', reason: 'it is not there' });
    await host.call('POST', `/v1/deliveries/${deliveryId}/retry`, { reason: 'and is to be' });
    await host.call('POST', '/v1/billers/1/resume', {});
    expect(await host.settled('/v1/billers/1/payments/t')).to.include({ state: 'delivered' });
    expect(calls()).to.deep.equal(['post']);
    await host.close();
  });
});
