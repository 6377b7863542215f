import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdapterManifest, wireSchema } from '@ic-host/contracts';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { loadAdapters } from '../../src/adapters/adapter-registry.js';
import { faultText } from '../../src/adapters/check-manifest.js';
import { temporaryFolder } from '../host-fixture.js';
import { IDLE_SINK } from '../written-adapter.js';

const GOOD = {
  ...{ id: 'acme', name: 'Acme', version: '1.0.0', hostApi: '^1.0.0', entry: './entry.js', settings: [], egress: [] },
  contracts: [{ name: 'enrollment-sink', version: '1' }],
};
const [SINK] = GOOD.contracts;
const OPTION = { key: 'mode', title: 'Mode', type: 'choice', choices: ['a', 'b'] };
const capable = (...capabilities: string[]) => ({ ...GOOD, contracts: [{ ...SINK, capabilities }] });
const settings = (...some: object[]) => ({
  ...GOOD,
  settings: some.map((setting) => ({ key: 'key', title: 'Key', type: 'text', ...setting })),
});
const ENTRY = IDLE_SINK;

async function load(...adapters: { manifest: object | string; entry?: string }[]) {
  const folder = temporaryFolder();
  const names = adapters.map(({ manifest, entry = ENTRY }, index) => {
    const at = join(folder, `a${index}`);
    mkdirSync(at);
    writeFileSync(join(at, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(at, 'adapter.manifest.json'),
      typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
    );
    writeFileSync(join(at, 'entry.js'), entry);
    return `./a${index}`;
  });
  writeFileSync(join(folder, 'adapter.manifest.json'), JSON.stringify({ hostApi: '1', adapters: names }));
  return loadAdapters(join(folder, 'adapter.manifest.json'));
}

describe('loading adapters by manifest', () => {
  it('loads one that implements some of the contracts', async () =>
    expect([...(await load({ manifest: GOOD })).loaded.keys()]).to.deep.equal(['acme']));

  for (const [name, manifest, entry, words] of [
    ['no JSON', '{', ENTRY, 'is not JSON'],
    ['no name', { ...GOOD, name: undefined }, ENTRY, '/name'],
    ['an unknown field', { ...GOOD, extra: 1 }, ENTRY, '/extra'],
    ['an unknown contract', { ...GOOD, contracts: [{ name: 'x', version: '1' }] }, ENTRY, '/contracts/0/name'],
    ['a later host API', { ...GOOD, hostApi: '^2.0.0' }, ENTRY, 'wants host API ^2.0.0'],
    ['a range that is none', { ...GOOD, hostApi: 'soon' }, ENTRY, 'is not a semver range'],
    ['an egress of no setting', { ...GOOD, egress: ['setting:url'] }, ENTRY, '/egress/0'],
    ['an egress that is a URL', { ...GOOD, egress: ['https://api.example.com'] }, ENTRY, 'is not a host'],
    ['an egress with a port', { ...GOOD, egress: ['api.example.com:8443'] }, ENTRY, 'is not a host'],
    ['an egress that is no list', { ...GOOD, egress: 'api.example.com' }, ENTRY, '/egress: egress must be an array'],
    ['a limit that is none', { ...GOOD, limits: { concurrency: 0 } }, ENTRY, '/limits/concurrency'],
    ['a limit that nobody knows', { ...GOOD, limits: { concurency: 3 } }, ENTRY, '/limits/concurency'],
    ['a capability of another contract', capable('find'), ENTRY, 'enrollment-sink has no capability find'],
    ['a contract claimed twice', { ...GOOD, contracts: [SINK, SINK] }, ENTRY, '/contracts/1: enrollment-sink'],
    [
      'a setting with another’s key as its id',
      settings({}, { key: 'url', settingId: 'key' }),
      ENTRY,
      '/settings/1: key',
    ],
    ['two settings of one id', settings({ settingId: '8' }, { key: 'url', settingId: '8' }), ENTRY, '/settings/1: 8'],
    ['two options of one key', { ...GOOD, options: [OPTION, OPTION] }, ENTRY, '/options/1: mode'],
    ['a choice of nothing', { ...GOOD, options: [{ ...OPTION, choices: [] }] }, ENTRY, '/options/0/choices'],
    ['choices of a text', settings({ choices: ['a'] }), ENTRY, '/settings/0/choices: only a choice'],
    ['a default of another type', { ...GOOD, options: [{ ...OPTION, default: 'c' }] }, ENTRY, 'must be one of a, b'],
    ['a default that is no number', settings({ type: 'number', default: '3' }), ENTRY, '/settings/0/default'],
    ['a secret with a default', settings({ secret: true, default: 'x' }), ENTRY, 'a secret has no default'],
    ['an entry that is not there', { ...GOOD, entry: './none.js' }, ENTRY, "can't be loaded"],
    ['an entry that throws', GOOD, 'throw new Error("boom")', 'boom'],
    ['an entry that exports something else', GOOD, 'export default 1', 'must export adapterModule'],
    [
      'a contract claimed and not bound',
      { ...GOOD, contracts: [...GOOD.contracts, { name: 'payment-sink', version: '1' }] },
      ENTRY,
      "payment-sink is claimed, but the module doesn't bind it",
    ],
    ['a contract bound and not claimed', { ...GOOD, contracts: [] }, ENTRY, "the manifest doesn't claim it"],
  ] as [string, object | string, string, string][])
    it(`quarantines ${name}, says where, and runs the others`, async () => {
      const { loaded, quarantined } = await load({ manifest, entry }, { manifest: { ...GOOD, id: 'other' } });
      expect([...loaded.keys()]).to.deep.equal(['other']);
      const text = quarantined.flatMap(({ faults }) => faults.map(faultText)).join('\n');
      expect(text).to.include(words).and.include('a0/adapter.manifest.json');
    });

  it('says everything that is wrong with one, at once', async () => {
    const { quarantined } = await load({
      manifest: { ...settings({ choices: ['a'] }), hostApi: 'soon', egress: ['*'] },
    });
    expect(quarantined[0]?.faults.map(({ path }) => path)).to.have.members([
      ...['/hostApi', '/egress/0', '/settings/0/choices'],
    ]);
  });

  it('loads hosts, addresses and limits of every kind', async () => {
    const egress = [
      'api.example.com',
      '*.example.com',
      '127.0.0.1',
      '::1',
      'localhost',
      'a_b.example.com',
      'setting:key',
    ];
    const limits = { requestsPerSecond: 0.5, concurrency: 3, timeoutMs: 500, maxResponseBytes: 2_000 };
    const { quarantined } = await load({ manifest: { ...settings({}), egress, limits } });
    expect(quarantined.flatMap(({ faults }) => faults.map(faultText))).to.deep.equal([]);
  });

  it('quarantines the second of two with one id', async () =>
    expect((await load({ manifest: GOOD }, { manifest: GOOD })).quarantined).to.have.length(1));

  it('publishes its JSON Schema, and the schema tells a wrong manifest', () => {
    const published = JSON.parse(readFileSync('contracts/dist/adapter-manifest.schema.json', 'utf8'));
    expect(published).to.deep.include(wireSchema(AdapterManifest, { closed: true }));
    const validate = new Ajv({ strict: false }).compile(published);
    const own = JSON.parse(readFileSync('plugins/britecore/adapter.manifest.json', 'utf8'));
    expect(validate(own), JSON.stringify(validate.errors)).to.equal(true);
    expect(validate({ ...own, contracts: [{ name: 'x', version: '1' }] })).to.equal(false);
    expect(validate({ ...own, limits: { concurrency: 'ten' } })).to.equal(false);
    expect(validate({ ...own, limits: { concurency: 10 } })).to.equal(false);
  });
});
