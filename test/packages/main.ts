/**
 * `npm run test:packages`: an adapter of a repository of its own. The workspaces are packed, installed in an empty folder,
 * an adapter is written there, built and verified; then a host loads it from its node_modules.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const folder = mkdtempSync(join(tmpdir(), 'ic-host packages '));
const [tarballs, adapter, host] = ['tarballs', 'acme', 'host'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const run = (where: string, command: string, ...args: string[]): string => {
  console.log(`$ ${command} ${args.join(' ')}`);
  return execFileSync(command, args, { cwd: where, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
};
const pack = (where: string): void =>
  void run(where, 'npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', tarballs);
const packed = (start: string): string =>
  join(tarballs, readdirSync(tarballs).find((name) => name.startsWith(start)) ?? `no tarball ${start}`);
/** The host, and the packages it is made of. */
const ours = (): string[] => ['ic-host-contracts', 'ic-host-client', 'ic-host-0'].map(packed);
/** Nothing needs its install script: Node is this one, and no database is started. */
const install = (where: string, ...packages: string[]): void =>
  void run(where, 'npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...packages);
/** The command line of the packed host, on the Node that runs this. */
const icHost = (where: string, ...args: string[]): string =>
  run(where, process.execPath, join(where, 'node_modules/ic-host/dist/src/main.js'), ...args);

/** Saves a file with a mistake and without, while `verify --watch` runs. @throws when it doesn't tell the one from the other */
async function watch(where: string): Promise<void> {
  const source = join(where, 'src/payment-sink.ts');
  const right = readFileSync(source, 'utf8');
  const child = spawn(process.execPath, ['node_modules/ic-host/dist/src/main.js', 'verify', '.', '--watch'], {
    ...{ cwd: where, stdio: ['ignore', 'pipe', 'inherit'], timeout: 120_000 },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const saved = async (text: string, expected: RegExp): Promise<void> => {
    writeFileSync(source, text);
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      console.log(`  ${line.value}`);
      if (expected.test(line.value)) return;
    }
    throw new Error(`verify --watch did not say ${expected}`);
  };
  try {
    await saved(right, /^[1-9]\d* hold, 0 do not/);
    await saved(`${right}\nconst wrong: string = 1;\n`, /^not built/);
    await saved(
      right.replaceAll(
        'async post(',
        "async post(..._: never[]): Promise<never> { console.log('it prints'); throw new Error('x'); }\n  async other(",
      ),
      /^\d+ hold, [1-9]\d* do not/,
    );
    await saved(right, /^[1-9]\d* hold, 0 do not/);
  } finally {
    child.kill();
  }
}

try {
  for (const made of [tarballs, host]) mkdirSync(made);
  pack(resolve('contracts'));
  pack(resolve('client'));
  pack(resolve('.'));
  run(
    resolve('.'),
    process.execPath,
    'dist/src/main.js',
    'new',
    'acme',
    '--out',
    adapter,
    '--contracts',
    'rtdr-provider,payment-sink',
  );
  install(adapter, ...ours());
  run(adapter, process.execPath, 'node_modules/typescript/bin/tsc');
  const report = JSON.parse(icHost(adapter, 'verify', '.', '--json')) as { passed: number; failed: number };
  console.log(`the contract suite: ${report.passed} hold, ${report.failed} do not`);
  if (report.failed || report.passed < 50) throw new Error('the new adapter does not pass');
  await watch(adapter);

  pack(adapter);
  writeFileSync(join(host, 'package.json'), '{"private":true}');
  writeFileSync(join(host, 'adapter.manifest.json'), '{"hostApi":"1","adapters":["@ic-host/adapter-acme"]}');
  install(host, ...ours(), packed('ic-host-adapter-acme'));
  const [loaded] = JSON.parse(icHost(host, 'adapters', '--json')) as { id: string; health: string }[];
  if (loaded?.id !== 'acme' || loaded.health !== 'loaded') throw new Error(`not loaded: ${JSON.stringify(loaded)}`);
  console.log('a host loads it from node_modules');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
