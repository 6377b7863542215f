/** A secret of the host in a file of its data directory that only its owner reads, made on first use. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolderOf, writeDurably } from '../durable-file.js';

const MODE = 0o600;

export const newSecret = (): string => randomBytes(32).toString('base64url');

/** @throws Error in words where the file is empty: anybody would know that secret */
export function keptSecret(dataDir: string, name: string): string {
  const file = join(dataDir, name);
  if (!existsSync(file)) make(file);
  // Copied or restored, it may have become readable for others.
  if (process.platform !== 'win32' && statSync(file).mode & 0o077) chmodSync(file, MODE);
  const secret = readFileSync(file, 'utf8').trim();
  if (!secret) throw new Error(`${file} is empty: put back what was in it, or remove it, and another is made`);
  return secret;
}

/** Whole or not at all, and on the disk before anything relies on it; of two that make it at once, one does. */
function make(file: string): void {
  const made = `${file}.${process.pid}.new`;
  writeDurably(made, newSecret(), MODE);
  try {
    linkSync(made, file);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') renameSync(made, file); // a file system without links
  } finally {
    rmSync(made, { force: true });
  }
  syncFolderOf(file);
}

/** Whole or not at all. */
export function replaceKeptSecret(dataDir: string, name: string, secret: string): void {
  const file = join(dataDir, name);
  writeDurably(`${file}.new`, secret, MODE);
  renameSync(`${file}.new`, file);
  syncFolderOf(file);
}
