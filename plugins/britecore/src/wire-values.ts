/** Reads BriteCore's money and dates, which come in several forms. */
import { AdapterError, Money, PlainDate } from '@ic-host/contracts';

const malformed = (operation: string, field: string, cause: unknown): AdapterError =>
  new AdapterError('malformed', `${operation}: ${field} makes no sense`, { code: `malformed-${field}`, cause });

/** `115.00`, `"115.00"`, or `""` for none. @throws AdapterError `malformed` */
export function readMoney(value: unknown, operation: string, field: string): Money {
  try {
    if (value === '') return Money.ZERO;
    if (typeof value === 'number') return Money.fromJsonNumber(value);
    return Money.parse(String(value));
  } catch (error) {
    throw malformed(operation, field, error);
  }
}

/** `MM/DD/YYYY` or `YYYY-MM-DD`. @throws AdapterError `malformed` */
export function readDate(value: unknown, operation: string, field: string): PlainDate {
  try {
    const text = String(value);
    return text.includes('/') ? PlainDate.parseUs(text) : PlainDate.parse(text);
  } catch (error) {
    throw malformed(operation, field, error);
  }
}
