/** Whether there is room where invoice files are kept until they are imported, and an embedded database for good. */
import { statfs } from 'node:fs/promises';
import { failed, type Outcome, ok } from './checked.js';

/** A day's file of a large biller. */
const LEAST_FREE = 500e6;

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

/** @param least bytes */
export async function checkDisk(folder: string, least = LEAST_FREE): Promise<Outcome> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const said = `${gigabytes(free)} GB of ${gigabytes(blocks * bsize)} are free where the data directory is.`;
  return free >= least
    ? ok(said)
    : failed('disk-low', said, 'Make room there: without it no file is taken, and an embedded database stops.');
}
