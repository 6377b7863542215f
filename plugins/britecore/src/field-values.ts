/** Reads one field's value the exact way, and says what is wrong with it. */
import { Money, PlainDate } from '@ic-host/contracts';
import type { JsonField, JsonFieldType } from '@ic-host/contracts/kit';

/** A field that can't be read, and why. */
export class FieldFault extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A number of the file as it is written: a double could have changed it. */
export class NumberText {
  constructor(readonly text: string) {}
}

/** JSON.parse that keeps every number's own text. @throws SyntaxError, also where it is nested too deeply */
export function parseExactly(text: string): unknown {
  const exact = (_: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' ? new NumberText(context?.source ?? '') : value;
  try {
    return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
  } catch (error) {
    throw error instanceof SyntaxError ? error : new SyntaxError('nested too deeply', { cause: error });
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : value instanceof NumberText ? value.text : undefined;

export function readAmount(value: unknown): Money {
  try {
    return Money.parse(textOf(value) ?? '');
  } catch {
    throw new FieldFault('not-an-amount', 'must be a plain decimal amount with at most two decimals');
  }
}

export function readUsDate(value: unknown): PlainDate {
  try {
    return PlainDate.parseUs(typeof value === 'string' ? value : '');
  } catch {
    throw new FieldFault('not-a-date', 'must be a real calendar date, MM/DD/YYYY');
  }
}

export function readText(value: unknown, oneOf?: readonly string[]): string {
  if (typeof value !== 'string') throw new FieldFault('wrong-type', 'must be text');
  if (value.includes('\0')) throw new FieldFault('wrong-value', 'must not hold a NUL character');
  if (!value.isWellFormed()) throw new FieldFault('wrong-value', 'holds half of a Unicode character');
  if (oneOf && !oneOf.includes(value)) throw new FieldFault('not-allowed', `must be ${oneOf.join(' or ')}`);
  return value;
}

export function readInteger(value: unknown): number {
  const text = textOf(value) ?? '';
  if (!(value instanceof NumberText ? /^-?\d{1,9}$/ : /^\d{1,9}$/).test(text))
    throw new FieldFault('wrong-type', 'must be a whole number of at most nine digits');
  return Number(text) || 0; // never -0
}

function readBoolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new FieldFault('wrong-type', 'must be true or false');
  return value;
}

const READERS: Record<JsonFieldType, (value: unknown, oneOf?: readonly string[]) => unknown> = {
  text: readText,
  money: readAmount,
  'us-date': readUsDate,
  integer: readInteger,
  boolean: readBoolean,
};

/** @throws FieldFault */
export const readField = ({ type, oneOf }: Pick<JsonField<object>, 'type' | 'oneOf'>, value: unknown): unknown =>
  READERS[type](value, oneOf);

/** Stands for no value. */
export const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';
