import { expect } from 'chai';
import { openPool } from '../../src/store/database.js';
import { isStorable, storable } from '../../src/store/storable-text.js';
import { newDatabase } from '../host-fixture.js';

describe('what is written to the database', () => {
  const odd = 'a\0b\ud800c';

  it('is a text as it is, where it can be', () => {
    for (const text of [
      '',
      'Jordan',
      '😀',
      'a\\u0000b',
      'C:\\ud800',
      '{"a":"\\\\u0000 \\\\ud800"}',
      '["\\n\\"é"]',
      '["\\ud83d\\ude00"]',
    ]) {
      expect(isStorable(text)).to.equal(true);
      expect(storable(text)).to.equal(text);
    }
    for (const text of [odd, 'a\0', '\ud800', '\udc00a']) expect(isStorable(text)).to.equal(false);
    expect(storable('["\\ud83d\\ude00\\ud83d\\\\ude00\\ude00"]')).to.equal('["\\ud83d\\ude00\ufffd\\\\ude00\ufffd"]');
  });

  it('is a text, a list or JSON with U+FFFD for what no database takes', async () => {
    const { pool, close } = openPool(await newDatabase());
    const same = [{ name: odd, backslash: '\\u0000', pair: '😀', [odd]: 1 }, JSON.stringify({ name: odd })];
    const { rows } = await pool.query(
      'select $1::text as text, $2::text[] as list, $3::jsonb as json, $4::jsonb as made',
      [...[odd, [odd, 'b']], ...same],
    );
    const name = 'a\ufffdb\ufffdc';
    expect(rows[0]).to.deep.equal({
      ...{ text: name, list: [name, 'b'] },
      ...{ json: { name, backslash: '\\u0000', pair: '😀', [name]: 1 }, made: { name } },
    });
    const { rows: named } = await pool.query({ text: 'select $1::text as text', values: [odd] });
    expect(named).to.deep.equal([{ text: name }]);
    await close();
  });

  it('leaves dates, bytes, numbers and nothing as they are', () => {
    const values = [new Date(0), Buffer.from('a\0'), 1, true, null, undefined];
    expect(values.map(storable)).to.deep.equal(values);
  });
});
