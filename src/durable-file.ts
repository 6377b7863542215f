/** Writes small files that must not be found empty after a crash, of this process or of the machine. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** On the disk when it returns; replaces what the file held. */
export function writeDurably(file: string, text: string, mode: number): void {
  const made = openSync(file, 'w', mode);
  try {
    writeSync(made, text);
    fsyncSync(made);
  } finally {
    closeSync(made);
  }
  syncFolderOf(file);
}

/** The file's name, too, is on the disk when it returns. */
export function syncFolderOf(file: string): void {
  if (process.platform === 'win32') return; // where a folder can't be opened
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
