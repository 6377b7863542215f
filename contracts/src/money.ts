/** Money as exact cents: no float ever stands between the partner's text and ours. */

const DECIMAL_TEXT = /^(-?)(\d{1,13})(?:\.(\d{1,2}))?$/;
const MARK = Symbol.for('ic-host.money');

/** An amount in the biller's one currency, whole cents, between ±99,999,999,999,999 cents or so (exact integers). */
export class Money {
  static readonly ZERO = new Money(0);

  private constructor(readonly cents: number) {}

  /** @throws RangeError when `cents` is not a whole number that a double holds exactly */
  static ofCents(cents: number): Money {
    if (!Number.isSafeInteger(cents)) throw new RangeError('an amount is a whole number of cents');
    return new Money(cents === 0 ? 0 : cents);
  }

  /**
   * Reads plain decimal text: `115`, `115.0`, `115.00`, `-3.10`.
   * @throws RangeError for anything else: exponents, a third decimal, separators, `NaN`, 14 digits before the point
   */
  static parse(text: string): Money {
    const match = DECIMAL_TEXT.exec(text);
    if (!match) throw new RangeError('not an amount: expected a plain decimal with at most two decimals');
    const cents = Number(match[2]) * 100 + Number((match[3] ?? '').padEnd(2, '0'));
    return new Money(match[1] && cents !== 0 ? -cents : cents);
  }

  /**
   * Reads a number that came out of JSON. A decimal of up to 15 digits survives the way through a double, so its
   * shortest text is what the partner wrote; anything that could have been changed on the way is refused.
   * @throws RangeError as {@link parse}
   */
  static fromJsonNumber(value: number): Money {
    return Money.parse(String(value));
  }

  static is(value: unknown): value is Money {
    return typeof value === 'object' && value !== null && MARK in value;
  }

  plus(other: Money): Money {
    return Money.ofCents(this.cents + other.cents);
  }

  equals(other: Money): boolean {
    return this.cents === other.cents;
  }

  get isPositive(): boolean {
    return this.cents > 0;
  }

  /** Always two decimals: `"115.00"`, `"-0.05"`. */
  toString(): string {
    const digits = String(Math.abs(this.cents)).padStart(3, '0');
    return `${this.cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

// On the prototype: once, and not for each of millions.
Object.defineProperty(Money.prototype, MARK, { value: true });
