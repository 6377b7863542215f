/** Installs and builds what a clone still lacks; on a clone that has it all it only looks. Runs on Node 20 too. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const node = join(root, 'node_modules/node/bin/node');
const stamp = join(root, 'node_modules/.installed-lock');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? 1);
}

const installed = existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
if (!installed) {
  console.error('installing (once) …');
  // Whatever is set where it is installed: without what it is built with there is nothing to run.
  run('npm', ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']);
  if (!existsSync(node)) {
    const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const needed = Object.keys(allowScripts).filter(
      (name) => allowScripts[name] && existsSync(join(root, 'node_modules', name)),
    );
    console.error(`npm is set to run no install scripts here; these are needed, and run alone: ${needed.join(', ')}`);
    run('npm', ['rebuild', '--ignore-scripts=false', '--loglevel=error', ...needed]);
  }
  writeFileSync(stamp, lock);
}
run(node, [join(root, 'node_modules/typescript/bin/tsc'), '-b']);
chmodSync(join(root, 'dist/src/cli/ic-host.js'), 0o755); // npm makes it so where it links it, which may be before it is built
run(node, [join(root, '.ci/write-schemas.mjs')]);

// The console's pages, where anything they are made of is newer than they are.
const page = join(root, 'dist/console/index.html');
const sources = ['src/console/app', 'client/dist', 'package-lock.json'].flatMap((name) => {
  const path = join(root, name);
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true }).map((file) => join(path, file));
});
const built = existsSync(page) ? statSync(page).mtimeMs : 0;
if (sources.some((file) => statSync(file).mtimeMs > built))
  run(node, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--config', 'src/console/app/vite.config.js']);
