/** Everything `npm test` holds: lint and format, import rules, then mocha; the last line counts. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const bin = (name) => join(root, 'node_modules/.bin', name);
const checks = [
  ['lint and format', bin('biome'), ['check', '--error-on-warnings', '.']],
  [
    'import rules',
    bin('depcruise'),
    ['--config', '.ci/import-rules.cjs', 'src', 'contracts/src', 'contracts/kit', 'plugins'],
  ],
];
let passed = 0;
let failed = 0;
const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
for (const [name, command, args] of checks) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env });
  if (status === 0) passed++;
  else failed++;
  console.log(`${status === 0 ? 'passed' : 'FAILED'}: ${name}`);
}

const mocha = new Mocha({ timeout: 30_000, reporter: 'spec', grep: process.argv[2] });
for (const file of readdirSync('dist/test', { recursive: true }).sort())
  if (file.endsWith('.test.js')) mocha.addFile(join('dist/test', file));
await mocha.loadFilesAsync();
const runner = mocha.run(() => {
  const { passes, failures, pending } = runner.stats;
  const skipped = pending ? `, ${pending} skipped` : '';
  console.log(`${passed + passes} passed, ${failed + failures} failed${skipped}`);
  process.exit(failed + failures ? 1 : 0);
});
