/** A secret of the host in a file of its data directory that only its owner reads, made on first use. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MODE = 0o600;

export const newSecret = (): string => randomBytes(32).toString('base64url');

export function keptSecret(dataDir: string, name: string): string {
  const file = join(dataDir, name);
  if (!existsSync(file)) writeFileSync(file, newSecret(), { mode: MODE, flag: 'wx' });
  // Copied or restored, it may have become readable for others.
  if (process.platform !== 'win32' && statSync(file).mode & 0o077) chmodSync(file, MODE);
  return readFileSync(file, 'utf8').trim();
}

/** Whole or not at all. */
export function replaceKeptSecret(dataDir: string, name: string, secret: string): void {
  const file = join(dataDir, name);
  writeFileSync(`${file}.new`, secret, { mode: MODE });
  renameSync(`${file}.new`, file);
}
