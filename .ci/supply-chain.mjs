/**
 * What the project is made of: every package locked by a hash, install scripts by name, licences from a list, a bill of
 * materials, known vulnerabilities. `--write` writes docs/licences.md and dist/sbom.json.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const json = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const LICENCES = new Set([
  ...['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'CC0-1.0', 'CC-BY-4.0'],
  ...['MIT-0', 'Python-2.0', 'PSF-2.0', 'PostgreSQL', 'MPL-2.0', 'Unlicense', 'UNLICENSED'],
]);
/** Of each, the choice of several that holds for us. */
const permitted = (licence) =>
  licence
    .replace(/[()]/g, '')
    .split(/ OR /)
    .some((choice) => choice.split(/ AND /).every((each) => LICENCES.has(each)));

/** Where the lock file knows none: in the package itself, of old ones as a list. */
function licenceIn(manifest) {
  if (!existsSync(join(root, manifest))) return undefined;
  const { license, licenses } = json(manifest);
  return license ?? licenses?.map(({ type }) => type).join(' OR ');
}

/** @returns {{ name: string, version: string, licence: string, dev: boolean, installs: boolean, locked: boolean }[]} */
export function packages() {
  const { packages: all } = json('package-lock.json');
  return Object.entries(all)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.link)
    .map(([path, { version, license, dev, hasInstallScript, integrity, inBundle }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const licence = license ?? licenceIn(join(path, 'package.json'));
      return {
        ...{ name, version, licence: typeof licence === 'string' ? licence : 'unknown', dev: Boolean(dev) },
        ...{ installs: Boolean(hasInstallScript), locked: Boolean(integrity || inBundle) },
      };
    });
}

/** @returns {string[]} what is wrong, in words */
export function faults() {
  const { allowScripts = {} } = json('package.json');
  return packages().flatMap(({ name, version, licence, installs, locked }) => [
    ...(locked ? [] : [`${name}@${version} is not locked by a hash`]),
    ...(permitted(licence) ? [] : [`${name}@${version} has the licence ${licence}`]),
    ...(installs && !(name in allowScripts)
      ? [`${name}@${version} has an install script that allowScripts doesn't name`]
      : []),
  ]);
}

export function licencesText() {
  const all = packages();
  const rows = all.filter(({ dev }) => !dev).map(({ name, version, licence }) => `- ${name} ${version}: ${licence}`);
  const counts = Object.entries(Object.groupBy(all, ({ licence }) => licence))
    .map(([licence, some]) => `${licence} ${some.length}`)
    .sort()
    .join(', ');
  return [
    '# Licences',
    '',
    'What a host is made of, made by `npm run supply-chain -- --write`. With the tools that build and test it: ' +
      `${counts}.`,
    '',
    ...[...new Set(rows)].sort(),
    '',
  ].join('\n');
}

function sbom() {
  const { status, stdout } = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'], {
    ...{ cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 },
  });
  if (status !== 0) throw new Error('npm could not make the bill of materials');
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, 'dist/sbom.json'), stdout);
  return JSON.parse(stdout).components.length;
}

/** @returns {string | undefined} what is wrong */
function audit() {
  const { stdout } = spawnSync('npm', ['audit', '--json', '--omit', 'dev'], { cwd: root, encoding: 'utf8' });
  let answer = {};
  try {
    answer = JSON.parse(stdout);
  } catch {
    // said below
  }
  if (!answer.metadata) {
    console.log('NOT CHECKED: known vulnerabilities; the registry here answers no audit');
    return undefined;
  }
  const found = Object.values(answer.vulnerabilities ?? {});
  if (found.length === 0) console.log('passed: npm audit knows of no vulnerability');
  return found.length
    ? `npm audit: ${found.map(({ name, severity }) => `${name} (${severity})`).join(', ')}`
    : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wrong = faults();
  const file = join(root, 'docs/licences.md');
  if (process.argv.includes('--write')) writeFileSync(file, licencesText());
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== licencesText())
    wrong.push('docs/licences.md is not up to date: npm run supply-chain -- --write');
  const all = packages();
  console.log(
    `${all.length} packages: each locked, licensed and with install scripts as allowed, but for what follows`,
  );
  console.log(`passed: a bill of materials of ${sbom()} components, dist/sbom.json`);
  const vulnerable = audit();
  if (vulnerable) wrong.push(vulnerable);
  for (const fault of wrong) console.log(`FAILED: ${fault}`);
  process.exit(wrong.length ? 1 : 0);
}
