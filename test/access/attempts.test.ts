import { expect } from 'chai';
import { networkOf } from '../../src/access/attempts.js';

describe('an address that wrong tokens are counted by', () => {
  const ADDRESSES = [
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:a:b:c:d', '2001:db8:1:2'],
    ['2001:db8:1:2::5', '2001:db8:1:2'],
    ['2001:db8::5', '2001:db8:0:0'],
    ['2001:db8::a:b:c', '2001:db8:0:0'],
    ['2001:db8::1:a:b:c:d', '2001:db8:0:1'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ] as const;
  for (const [address, network] of ADDRESSES)
    it(`${address}: ${network}`, () => expect(networkOf(address)).to.equal(network));
});
