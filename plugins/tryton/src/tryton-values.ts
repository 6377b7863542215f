/** Tryton's amounts and dates in JSON, to ours and back. */
import { AdapterError, Money, PlainDate } from '@ic-host/contracts';
import type { Fields } from './tryton-client.js';

export const decimal = (amount: Money) => ({ __class__: 'Decimal', decimal: amount.toString() });
export const date = ({ year, month, day }: PlainDate) => ({ __class__: 'date', year, month, day });

function read<T>(record: Fields, name: string, make: (value: Fields) => T): T {
  try {
    return make(record[name] as Fields);
  } catch {
    throw new AdapterError('malformed', `${name} makes no sense in the answer`, { code: `malformed-${name}` });
  }
}

/** Cents are exact; zeros behind them, which a currency of more digits leaves, mean nothing. */
export const moneyOf = (record: Fields, name: string): Money =>
  read(record, name, (value) => Money.parse(String(value.decimal).replace(/(\.\d\d)0{1,20}$/, '$1')));

export const dateOf = (record: Fields, name: string): PlainDate =>
  read(record, name, ({ year, month, day }) => PlainDate.of(Number(year), Number(month), Number(day)));

export const idOf = (record: Fields): number =>
  read(record, 'id', (value: unknown) => {
    if (!Number.isInteger(value)) throw new RangeError('no id');
    return value as number;
  });

export const textOf = (record: Fields, name: string): string =>
  read(record, name, (value: unknown) => {
    if (typeof value !== 'string' || value === '') throw new RangeError('no text');
    return value;
  });

/** Related records that were asked for with `name.field`. */
export const relatedOf = (record: Fields, name: string): Fields[] =>
  read(record, `${name}.`, (value: unknown) => {
    if (!Array.isArray(value)) throw new RangeError('no list');
    return value as Fields[];
  });
