import { resolve } from 'node:path';
import { expect } from 'chai';

describe('what the project is made of', () => {
  it('is locked by hashes, licensed as allowed, and runs install scripts by name only', async () => {
    const file: string = resolve('.ci/supply-chain.mjs');
    const { faults, packages } = await import(file);
    expect(packages().length).to.be.greaterThan(200);
    expect(faults()).to.deep.equal([]);
  });
});
