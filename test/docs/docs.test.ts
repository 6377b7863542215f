import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { temporaryFolder } from '../host-fixture.js';
import { contractReference, errorKinds } from './reference.js';

const run = promisify(execFile);
const HINT = 'npm run docs writes it anew';

describe('the docs', () => {
  it('hold the contract reference as the docstrings have it', () =>
    expect(readFileSync('docs/contract-reference.md', 'utf8'), HINT).to.equal(contractReference()));
  it('hold the kinds of error as the host treats them', () =>
    expect(readFileSync('docs/error-kinds.md', 'utf8'), HINT).to.equal(errorKinds()));
  it('link to nothing that is not there', () => {
    for (const page of ['docs/writing-an-adapter.md', 'docs/operating.md', 'docs/fault-matrix.md', 'README.md'])
      for (const [, link = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)\)/g))
        expect(existsSync(join(page, '..', link)), `${page}: ${link}`).to.equal(true);
  });
});

describe('docs/writing-an-adapter.md, command by command', function () {
  this.timeout(120_000);
  const root = join(temporaryFolder(), 'a clone');
  const commands = [...readFileSync('docs/writing-an-adapter.md', 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(
    ([, block = '']) => block.trim().split('\n'),
  );

  before(() => {
    mkdirSync(join(root, 'plugins'), { recursive: true });
    for (const name of ['node_modules', 'dist', 'contracts']) symlinkSync(resolve(name), join(root, name));
    // As old as they are: a newer one would have the contracts built anew, under tests that load them.
    for (const name of ['package.json', 'adapter.manifest.json', 'tsconfig.json', 'tsconfig.base.json', 'biome.json'])
      cpSync(name, join(root, name), { preserveTimestamps: true });
  });

  it('has commands', () => expect(commands).to.have.length.above(6));
  for (const command of commands)
    it(command, async () => {
      // The whole suite on a new adapter is half a minute: that is CI's.
      const shortened =
        command.endsWith('verify plugins/first-bank') && !process.env.CI ? `${command} --quick` : command;
      // Without npx, which would warn of the machine's Node at each.
      const direct = shortened
        .replace(/^npx ic-host/, `"${process.execPath}" dist/src/main.js`)
        .replace(/^npx tsc/, `"${process.execPath}" node_modules/typescript/bin/tsc`);
      const { stdout } = await run('sh', ['-c', direct], { cwd: root, maxBuffer: 1 << 24 });
      if (command.includes('verify')) expect(stdout).to.match(/\d+ hold, 0 do not/);
    });
});
