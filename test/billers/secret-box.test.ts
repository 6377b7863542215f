import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { keptSecret } from '../../src/billers/kept-secret.js';
import { SecretBox } from '../../src/billers/secret-box.js';
import { type Database, openDatabase } from '../../src/store/database.js';
import { newDatabase, temporaryFolder } from '../host-fixture.js';

describe('secrets at rest', () => {
  let database: Database;
  const boxOf = async (masterKey: string): Promise<SecretBox> => {
    const box = new SecretBox(database.db, () => masterKey);
    await box.start();
    return box;
  };
  const seal = (box: SecretBox, plain: string, context: string) =>
    database.db.transaction().execute(async (trx) => (await box.sealer(trx))(plain, context));
  const keep = (billerId: string, sealed: string) =>
    database.db
      .insertInto('billers')
      .values({
        ...{ biller_id: billerId, name: 'b', guid: 'g', adapter: 'a', open_billing: true, invoice_type_id: 1 },
        ...{ settings: JSON.stringify({ key: { sealed }, url: 'https://p.example' }), options: '{}' },
      })
      .execute();
  const held = async (billerId: string) => {
    const query = database.db.selectFrom('billers').select('settings').where('biller_id', '=', billerId);
    return ((await query.executeTakeFirstOrThrow()).settings as { key: { sealed: string } }).key.sealed;
  };
  beforeEach(async () => {
    database = await openDatabase(await newDatabase());
  });
  afterEach(() => database.close());

  it('opens under its own context alone, and not when a bit was changed', async () => {
    const box = await boxOf('one');
    const sealed = await seal(box, 'as"d\\fé', '1663/key');
    expect(box.open(sealed, '1663/key')).to.equal('as"d\\fé');
    expect(() => box.open(sealed, '1664/key')).to.throw();
    const bytes = Buffer.from(sealed.split('.')[2] ?? '', 'base64');
    for (const at of [0, 13, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => box.open(`${sealed.slice(0, 16)}${changed.toString('base64')}`, '1663/key')).to.throw();
    }
  });

  it('a host with another master key doesn’t start', async () => {
    await boxOf('one');
    const refused = await boxOf('two').catch((error: Error) => error.message);
    expect(refused).to.include('another master key');
  });

  it('a new data key seals all secrets anew, under hosts that run', async () => {
    const [box, other] = [await boxOf('one'), await boxOf('one')];
    const before = await seal(box, 'secret', '1663/key');
    await keep('1663', before);
    expect(await box.rotateDataKey('test')).to.equal(1);
    const after = await held('1663');
    expect(after.split('.')[1]).to.not.equal(before.split('.')[1]);
    await other.prepare([after], database.db);
    expect(other.open(after, '1663/key')).to.equal('secret');
    // What the other one seals from now on is sealed with the new key, too.
    expect((await seal(other, 'x', 'y')).split('.')[1]).to.equal(after.split('.')[1]);
    expect(other.open(before, '1663/key'), 'what is still read').to.equal('secret');
    await box.rotateDataKey('test');
    const keys = await database.db.selectFrom('data_keys').select('key_id').execute();
    expect(keys).to.have.length(2);
    expect(keys.map(({ key_id }) => key_id)).to.not.include(before.split('.')[1]);
  });

  it('a new data key is the one that seals, also where the clock was set back', async () => {
    const box = await boxOf('one');
    await keep('1663', await seal(box, 'secret', '1663/key'));
    await database.pool.query(`update data_keys set created_at = created_at + interval '1 hour'`);
    const before = await held('1663');
    await box.rotateDataKey('test');
    expect((await held('1663')).split('.')[1]).to.not.equal(before.split('.')[1]);
  });

  it('the newest data key is the same under a new master key, and none is made while there are two', async () => {
    const box = await boxOf('old');
    await box.rotateDataKey('test');
    const newest = (await seal(box, 'x', 'y')).split('.')[1];
    await box.addMasterKey('new', 'test');
    expect(await box.rotateDataKey('test').catch((error: Error) => error.message)).to.include('forget-masters');
    const anew = await boxOf('new');
    await anew.forgetOtherMasterKeys('new', 'test');
    expect((await seal(anew, 'x', 'y')).split('.')[1]).to.equal(newest);
    const times = await database.db.selectFrom('data_keys').select('created_at').distinct().execute();
    expect(times).to.have.length(2);
  });

  it('what is being sealed meanwhile is not left under a key that goes', async () => {
    const box = await boxOf('one');
    let rotated = false;
    const rotating = await database.db.transaction().execute(async (trx) => {
      const sealed = (await box.sealer(trx))('secret', '1663/key');
      await trx
        .insertInto('billers')
        .values({
          ...{ biller_id: '1663', name: 'b', guid: 'g', adapter: 'a', open_billing: true, invoice_type_id: 1 },
          ...{ settings: JSON.stringify({ key: { sealed } }), options: '{}' },
        })
        .execute();
      const rotation = box.rotateDataKey('test').then((count) => {
        rotated = true;
        return count;
      });
      await new Promise((done) => setTimeout(done, 300));
      expect(rotated, 'before it was committed').to.equal(false);
      return { rotation };
    });
    expect(await rotating.rotation).to.equal(1);
    await box.rotateDataKey('test');
    expect((await boxOf('one')).open(await held('1663'), '1663/key')).to.equal('secret');
  });

  it('a new master key is added, used, and the old one forgotten; no secret is touched', async () => {
    const box = await boxOf('old');
    await keep('1663', await seal(box, 'secret', '1663/key'));
    const before = await held('1663');
    await box.addMasterKey('new', 'test');
    for (const masterKey of ['old', 'new']) {
      const opened = await boxOf(masterKey);
      expect(opened.open(before, '1663/key')).to.equal('secret');
    }
    await (await boxOf('new')).forgetOtherMasterKeys('new', 'test');
    expect(await boxOf('old').catch(() => 'refused')).to.equal('refused');
    expect((await boxOf('new')).open(await held('1663'), '1663/key')).to.equal('secret');
  });

  it('a master key that does not open all keys can’t make the others forgotten', async () => {
    const box = await boxOf('one');
    const refused = await box.forgetOtherMasterKeys('never added', 'test').catch((error: Error) => error.message);
    expect(refused).to.include('add it first');
  });

  it('a kept key is its owner’s alone, also where somebody has opened it to others', async () => {
    const folder = temporaryFolder();
    const key = keptSecret(folder, 'master-key');
    expect(key).to.have.length(43);
    const { chmodSync } = await import('node:fs');
    chmodSync(join(folder, 'master-key'), 0o644);
    expect(keptSecret(folder, 'master-key')).to.equal(key);
    expect(statSync(join(folder, 'master-key')).mode & 0o777).to.equal(0o600);
  });

  it('a kept key is there whole, or not at all; one that was emptied is not taken for a key', () => {
    const folder = temporaryFolder();
    keptSecret(folder, 'master-key');
    expect(readdirSync(folder)).to.deep.equal(['master-key']);
    writeFileSync(join(folder, 'api-token'), '\n');
    expect(() => keptSecret(folder, 'api-token')).to.throw(/api-token is empty: put back/);
  });
});
