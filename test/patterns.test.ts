/** No pattern of ours takes longer than the text it reads: each is checked by a tool. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { expect } from 'chai';
import { isSafePattern } from 'redos-detector';

interface Found {
  file: string;
  pattern: string;
  flags: string;
}

const FOLDERS = ['src', 'contracts/src', 'contracts/kit', 'contracts/suite', 'plugins', 'client/src'];
const sources = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => /\.tsx?$/.test(file) && !/node_modules|\/dist\/|\.d\.ts$/.test(file)),
);

function patternsIn(file: string): Found[] {
  const found: Found[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, pattern, flags } = node as { type?: string; pattern?: string; flags?: string };
    if (type === 'RegExpLiteral') found.push({ file, pattern: pattern ?? '', flags: flags ?? '' });
    const { callee, arguments: args } = node as { callee?: { value?: string }; arguments?: { expression: object }[] };
    if (callee?.value === 'RegExp') {
      const given = args?.[0]?.expression as { type: string; value: string } | undefined;
      // One that is put together while the program runs can't be read here: there must be none.
      found.push({ file, flags: '', pattern: given?.type === 'StringLiteral' ? given.value : '(a*)*put together' });
    }
    for (const inner of Object.values(node)) visit(inner);
  };
  visit(parseSync(readFileSync(file, 'utf8'), { syntax: 'typescript', tsx: file.endsWith('x'), decorators: true }));
  return found;
}

describe('patterns', () => {
  const all = sources.flatMap(patternsIn);
  it('are found', () => expect(all.length).to.be.greaterThan(60));
  it('is a tool that knows a bad one', () => expect(isSafePattern('^(a+)+$').safe).to.equal(false));
  for (const { file, pattern, flags } of all)
    it(`/${pattern}/${flags} in ${file}`, () => {
      const { safe, error } = isSafePattern(pattern, {
        ...{ caseInsensitive: flags.includes('i'), unicode: flags.includes('u'), dotAll: flags.includes('s') },
        ...{ multiLine: flags.includes('m'), maxScore: 1_000, timeout: 5_000 },
      });
      expect(safe, JSON.stringify(error)).to.equal(true);
    });
});
