/** Everything `npm test` holds: lint and format, import rules, then mocha; the last line counts. */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const bin = (name) => join(root, 'node_modules/.bin', name);
const checks = [
  ['lint and format', bin('biome'), ['check', '--error-on-warnings', '.']],
  [
    'import rules',
    bin('depcruise'),
    [
      '--config',
      '.ci/import-rules.cjs',
      'src',
      'contracts/src',
      'contracts/kit',
      'contracts/suite',
      'plugins',
      'client/src',
    ],
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

// What measures memory has a process of its own. The lanes take about equally long; half of it is waiting.
const LANES = [
  [
    ['mutants/', 'plugins/contract-suite'],
    ['cli/', 'docs/', 'fuzz/', 'simulation/'],
  ],
];
const files = readdirSync('dist/test', { recursive: true })
  .filter((file) => file.endsWith('.test.js'))
  .sort();
const among = (list) => files.filter((file) => list.some((start) => file.startsWith(start)));
const named = among(LANES.flat(2));
const others = files.filter((file) => !named.includes(file));

const run = (group) =>
  new Promise((done) => {
    const args = ['.ci/mocha.mjs', process.argv[2] ?? '', ...group.map((file) => join('dist/test', file))];
    const started = Date.now();
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('close', (status) => {
      const last = text.trimEnd().split('\n').at(-1) ?? '';
      console.log(text.slice(0, text.lastIndexOf(last)));
      console.log(`${group[0]} and ${group.length - 1} more: ${((Date.now() - started) / 1000).toFixed(0)} s`);
      if ((status === 0 || status === 1) && last.startsWith('{')) done(JSON.parse(last));
      else {
        console.log(`${last}\nFAILED: the tests ended with ${status}`);
        done({ passes: 0, failures: 1, pending: 0 });
      }
    });
  });

const lane = async (...groups) => {
  const results = [];
  for (const group of groups) if (group.length) results.push(await run(group));
  return results;
};
const results = (await Promise.all([lane(others), ...LANES.map((groups) => lane(...groups.map(among)))])).flat();
const sum = (key) => results.reduce((all, result) => all + result[key], 0);
const skipped = sum('pending') ? `, ${sum('pending')} skipped` : '';
console.log(`${passed + sum('passes')} passed, ${failed + sum('failures')} failed${skipped}`);
process.exit(failed + sum('failures') ? 1 : 0);
