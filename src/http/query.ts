/** Reads query parameters. */
import { Problem } from '../problem.js';

/** Later and earlier ones no database holds all of. */
const MOST_YEAR = 9_999;

/** @throws Problem 400 `bad-limit` */
export function limitOf(value: string | undefined, fallback: number, most: number): number {
  if (value === undefined) return fallback;
  const limit = Number(value);
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw new Problem(400, 'bad-limit', `limit must be 1 to ${most}`);
  return limit;
}

/** @throws Problem 400 `bad-{name}` when it is none of those */
export function choiceOf<T extends string>(
  name: string,
  value: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (value === undefined || value === '') return undefined;
  const choice = choices.find((item) => item === value);
  if (!choice) throw new Problem(400, `bad-${name}`, `${name} must be one of ${choices.join(', ')}`);
  return choice;
}

/** @throws Problem 400 `bad-{name}` when it is no instant */
export function instantOf(name: string, value: string | undefined): Date | undefined {
  if (value === undefined || value === '') return undefined;
  const instant = new Date(value);
  const year = instant.getUTCFullYear();
  if (!(year >= 1 && year <= MOST_YEAR))
    throw new Problem(400, `bad-${name}`, `${name} must be an instant such as 2026-11-24T08:00:00Z`);
  return instant;
}

/**
 * @param most what its column holds
 * @throws Problem 400 `bad-{name}` when it is no whole number, or a larger one
 */
export function numberOf(name: string, value: string | undefined, most = 1e15): number | undefined {
  if (value === undefined || value === '') return undefined;
  if (!/^\d{1,15}$/.test(value) || Number(value) > most)
    throw new Problem(400, `bad-${name}`, `${name} must be a whole number`);
  return Number(value);
}

/** @throws Problem 400 `bad-parameter` */
export function flagOf(name: string, value: string | undefined): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new Problem(400, 'bad-parameter', `${name} must be true or false`);
}
