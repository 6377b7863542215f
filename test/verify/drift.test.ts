import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadAdapters } from '../../src/adapters/adapter-registry.js';
import { contractConfigOf } from '../../src/verify/contract-config.js';
import { driftOf, findDrift, formOf, recordExchanges } from '../../src/verify/drift.js';
import { temporaryFolder } from '../host-fixture.js';

const drift = (before: unknown, now: unknown): string[] =>
  driftOf(formOf(JSON.stringify(before)), formOf(JSON.stringify(now)));

describe("drift of a partner's answers", () => {
  it('says nothing of other values of the same form', () =>
    expect(drift({ id: 'a1', list: [{ n: 1 }] }, { id: 'b2', list: [{ n: 2 }, { n: 3 }] })).to.deep.equal([]));
  it('tells a field that is gone, and one that is new', () =>
    expect(drift({ a: 1, b: [{ c: 1 }] }, { a: 1, b: [{ d: 1 }] })).to.deep.equal(['b[].c is gone', 'b[].d is new']));
  it('says nothing of what stood in a list that is empty now, and tells a list that is gone', () => {
    const before = { a: { list: [{ n: 1, of: [{ m: 1 }] }] } };
    expect(drift(before, { a: { list: [] } })).to.deep.equal([]);
    expect(drift(before, { a: { list: [{ n: 1, of: [] }] } })).to.deep.equal([]);
    expect(drift(before, { a: {} })).to.include('a.list[].n is gone');
  });
  it('tells a type that changed', () =>
    expect(drift({ balance: '115.00' }, { balance: 115 })).to.deep.equal(['balance is number, and was string']));
  it('tells a new value in a set', () =>
    expect(drift({ status: 'Active' }, { status: 'Lapsed' })).to.deep.equal(['status has a new value: Lapsed']));
  it('tells an answer that is no JSON any more', () =>
    expect(driftOf(formOf('{"a":1}'), formOf('<html>'))).to.include('a is gone'));

  it('keeps the answers of an adapter, masked, and finds what changed in them', async () => {
    const adapter = (await loadAdapters('adapter.manifest.json')).get('britecore');
    const partner = await (await contractConfigOf(adapter)).start({ key: 'the-secret-key' });
    const folder = temporaryFolder();
    const files = await recordExchanges(adapter, partner, folder, true);
    expect(files).to.have.length(3);
    for (const name of readdirSync(folder))
      expect(readFileSync(join(folder, name), 'utf8')).to.not.include('the-secret');
    const changes = async () => [...(await findDrift(adapter, partner, folder, true)).values()].flat();
    expect(await changes()).to.deep.equal([]);
    const file = files.find((name) => name.includes('retrieve_policy')) ?? '';
    writeFileSync(file, readFileSync(file, 'utf8').replace('\\"inception_date\\"', '\\"begun_on\\"'));
    expect(await changes()).to.deep.equal(['data.begun_on is gone', 'data.inception_date is new']);
    await partner.close();
  });
});
