import { expect } from 'chai';
import { textProblem, typeProblem } from '../../src/adapters/setting-type.js';

const CHOICE = { type: 'choice', choices: ['a', 'b'] } as const;

describe('what a setting must be', () => {
  for (const [setting, good, bad, message] of [
    [{ type: 'text' }, ['', 'x'], [1, true, {}, null], 'must be text'],
    [{ type: 'number' }, [0, -1.5], ['1', true, Number.NaN, null], 'must be a number'],
    [{ type: 'boolean' }, [true, false], ['true', 0, null], 'must be true or false'],
    [{ ...CHOICE, choices: [...CHOICE.choices] }, ['a', 'b'], ['c', '', 1, ['a']], 'must be one of a, b'],
    [{ type: 'url' }, ['https://partner.example.com'], ['partner', 1], 'must be a URL'],
  ] as [Parameters<typeof typeProblem>[0], unknown[], unknown[], string][])
    it(`knows a ${setting.type} by its value`, () => {
      for (const value of good) expect(typeProblem(setting, value), String(value)).to.equal(undefined);
      for (const value of bad) expect(typeProblem(setting, value), String(value)).to.include(message);
    });

  it('knows them by their text, too', () => {
    for (const text of ['12', '-0.5', ' 3 ']) expect(textProblem({ type: 'number' }, text)).to.equal(undefined);
    for (const text of ['', ' ', 'x', '1,5', 'Infinity'])
      expect(textProblem({ type: 'number' }, text)).to.be.a('string');
    for (const text of ['true', 'false']) expect(textProblem({ type: 'boolean' }, text)).to.equal(undefined);
    for (const text of ['yes', 'TRUE', '1']) expect(textProblem({ type: 'boolean' }, text)).to.be.a('string');
    expect(textProblem({ type: 'text' }, '12')).to.equal(undefined);
  });
});
