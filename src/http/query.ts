/** Reads query parameters. */
import { Problem } from '../problem.js';

/** @throws Problem 400 `bad-limit` */
export function limitOf(value: string | undefined, fallback: number, most: number): number {
  if (value === undefined) return fallback;
  const limit = Number(value);
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw new Problem(400, 'bad-limit', `limit must be 1 to ${most}`);
  return limit;
}
