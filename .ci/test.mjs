/** Everything `npm test` holds: lint and format, import rules, then mocha; the last line counts. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

// Some processes at once: a third of a test's time is waiting. The longest begin first, each in a process of its own, as do
// those that measure memory; the others share a few, since loading the host takes a second of a processor. Those that hardly
// do anything but wait have one more place for them, one after another.
const AT_ONCE = 3;
const files = (...names) => names.map((name) => `${name}.test.js`);
const WAITING = files('invoice-files/inbox', 'crash/crash', 'canary/canary', 'deliveries/shutdown', 'ending');
const FIRST = files('cli/commands', 'console/console', 'simulation/simulation', 'telemetry/otlp');
const LAST = files('api-fuzz/api-fuzz', 'fuzz/fuzz');
const SHARING = 5;
const others = readdirSync('dist/test', { recursive: true })
  .filter((file) => file.endsWith('.test.js') && ![...WAITING, ...FIRST, ...LAST].includes(file))
  .sort();
const alone = (file) => [file];
const working = [
  ...FIRST.map(alone),
  ...Array.from({ length: SHARING }, (_, of) => others.filter((_, index) => index % SHARING === of)),
  ...LAST.map(alone),
];
const waiting = WAITING.map(alone);

// One PostgreSQL for all of them; a test has a database of its own.
const { startEmbeddedPostgres } = await import('../dist/src/store/embedded-postgres.js');
const { makeUpToDate } = await import('../dist/test/databases.js');
const folder = mkdtempSync(join(tmpdir(), 'ic-host test '));
const postgres = await startEmbeddedPostgres(folder, { durable: false });
await makeUpToDate(postgres.connectionString);
env.IC_HOST_TEST_DATABASE_URL = postgres.connectionString;

const run = (group) =>
  new Promise((done) => {
    const args = ['.ci/mocha.mjs', process.argv[2] ?? '', ...group.map((file) => join('dist/test', file))];
    const name = group.length > 1 ? `${group[0]} and ${group.length - 1} more` : group[0];
    const started = Date.now();
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        text += chunk;
      });
    child.on('close', (status) => {
      const lines = text.trimEnd().split('\n');
      const at = lines.findLastIndex((line) => line.startsWith('{"passes":'));
      console.log(
        lines
          .toSpliced(at, at < 0 ? 0 : 1)
          .join('\n')
          .trimEnd(),
      );
      console.log(`${name}: ${((Date.now() - started) / 1000).toFixed(0)} s`);
      if ((status === 0 || status === 1) && at >= 0) done(JSON.parse(lines[at]));
      else {
        console.log(`FAILED: ${name} ended with ${status}`);
        done({ passes: 0, failures: 1, pending: 0 });
      }
    });
  });

const results = [];
const work = async (...queues) => {
  for (const groups of queues)
    for (let group = groups.shift(); group; group = groups.shift()) results.push(await run(group));
};
await Promise.all([work(waiting), ...Array.from({ length: AT_ONCE }, () => work(working, waiting))]);
await postgres.stop();
rmSync(folder, { recursive: true, force: true });
const sum = (key) => results.reduce((all, result) => all + result[key], 0);
const skipped = sum('pending') ? `, ${sum('pending')} skipped` : '';
console.log(`${passed + sum('passes')} passed, ${failed + sum('failures')} failed${skipped}`);
process.exit(failed + sum('failures') ? 1 : 0);
