/** Reads what was typed for an option or an argument: what is wrong with it is said in words, with the status of wrong use. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { LivePartner } from '../verify/live-config.js';

const MOST = 999_999_999;

/** Of an option that is a whole number. */
export const wholeNumber =
  (least: number, most = MOST) =>
  (text: string): number => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`It must be a whole number, ${least} to ${most}.`);
  };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of an argument or option that is an object in JSON. */
export function jsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It is not JSON: ${(error as Error).message}.`);
  }
  if (isObject(value)) return value;
  throw new InvalidArgumentError('It must be an object, such as {"accountNumber":"FM4000264061"}.');
}

/**
 * The object in a file.
 * @param form what it must be, in words
 * @throws Error in words, naming the file
 */
export function jsonObjectIn(file: string, form: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const missing = (error as { code?: string }).code === 'ENOENT';
    throw new Error(`${file}: ${missing ? 'there is no such file' : `is not JSON: ${(error as Error).message}`}`);
  }
  if (isObject(value)) return value;
  throw new Error(`${file}: must be ${form}`);
}

/** The file of `--settings`. @throws as {@link jsonObjectIn} */
export function partnerIn(file: string): LivePartner {
  const form = '{ "settings": { … } }';
  const partner = jsonObjectIn(file, form);
  if (!isObject(partner.settings)) throw new Error(`${file}: must be ${form}`);
  return partner as unknown as LivePartner;
}
