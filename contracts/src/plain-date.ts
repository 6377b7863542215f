/** A calendar day without a time zone, so that no conversion can move it. */

const ISO = /^(\d{4})-(\d{2})-(\d{2})$/;
const US = /^(\d{2})\/(\d{2})\/(\d{4})$/;
const MARK = Symbol.for('ic-host.plain-date');

const daysIn = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31;

export class PlainDate {
  private constructor(
    readonly year: number,
    readonly month: number,
    readonly day: number,
  ) {}

  /** True when that day is in the calendar (years 1 to 9999). */
  static exists(year: number, month: number, day: number): boolean {
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  }

  /** @throws RangeError when that day is not in the calendar (years 1 to 9999) */
  static of(year: number, month: number, day: number): PlainDate {
    if (!PlainDate.exists(year, month, day)) throw new RangeError('no such day in the calendar');
    return new PlainDate(year, month, day);
  }

  /** Reads `YYYY-MM-DD`. @throws RangeError for any other form, or a day that is not in the calendar */
  static parse(text: string): PlainDate {
    const match = ISO.exec(text);
    if (!match) throw new RangeError('not a date: expected YYYY-MM-DD');
    return PlainDate.of(Number(match[1]), Number(match[2]), Number(match[3]));
  }

  /** Reads `MM/DD/YYYY`. @throws RangeError for any other form, or a day that is not in the calendar */
  static parseUs(text: string): PlainDate {
    const match = US.exec(text);
    if (!match) throw new RangeError('not a date: expected MM/DD/YYYY');
    return PlainDate.of(Number(match[3]), Number(match[1]), Number(match[2]));
  }

  static is(value: unknown): value is PlainDate {
    return typeof value === 'object' && value !== null && MARK in value;
  }

  equals(other: PlainDate): boolean {
    return this.toString() === other.toString();
  }

  /** `YYYY-MM-DD` */
  toString(): string {
    return `${String(this.year).padStart(4, '0')}-${String(this.month).padStart(2, '0')}-${String(this.day).padStart(2, '0')}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

// On the prototype: once, and not for each of millions.
Object.defineProperty(PlainDate.prototype, MARK, { value: true });
