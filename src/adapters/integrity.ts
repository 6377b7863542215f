/** What an adapter's folder holds, as one hash: what the host's manifest pins. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Results of the contract suite are kept beside the code; what the package manager installs is the lock file's. */
const LEFT_OUT = new Set(['node_modules', '.git', 'contract-suite.json', '.tsbuildinfo']);

const isLeftOut = (name: string): boolean => LEFT_OUT.has(name) || name.endsWith('.tsbuildinfo');

function filesIn(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const name = join(below, entry.name);
    if (isLeftOut(entry.name)) return [];
    return entry.isDirectory() ? filesIn(folder, name) : [name];
  });
}

/** `sha256-…`, of the names and contents of all files of an adapter. */
export function integrityOf(folder: string): string {
  const hash = createHash('sha256');
  for (const file of filesIn(folder).sort()) {
    const content = createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
    hash.update(`${file.replaceAll(sep, '/')}\0${content}\n`);
  }
  return `sha256-${hash.digest('base64')}`;
}
