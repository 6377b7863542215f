/**
 * Reads records of known fields straight from JSON's bytes, at several times the speed of JSON.parse. It reads the plain
 * case only: on anything unusual or wrong it gives up, and whoever called it reads that record the slow and exact way.
 */
import { Money } from '../src/money.js';
import { PlainDate } from '../src/plain-date.js';

/** How a field's value is read. `us-date` is `MM/DD/YYYY`; `money` is decimal text, a string or a number. */
export type JsonFieldType = 'text' | 'money' | 'us-date' | 'integer' | 'boolean';

export interface JsonField<Target> {
  name: string;
  /** Name of the object that holds it in a grouped record. */
  group: string;
  required: boolean;
  type: JsonFieldType;
  /** All that a text may be. */
  oneOf?: readonly string[];
  to: keyof Target & string;
}

const [QUOTE, BACKSLASH, COMMA, COLON, OPEN, CLOSE, MINUS, POINT, ZERO, NINE, SLASH] = [
  ...Buffer.from('"\\,:{}-.09/'),
] as [number, number, number, number, number, number, number, number, number, number, number];
const SPACE = new Uint8Array(256);
for (const byte of Buffer.from(' \n\r\t')) SPACE[byte] = 1;
const WORDS = [...['true', 'false', 'null'].map((word) => [...Buffer.from(word)])];
const [TRUE, FALSE, NULL] = WORDS as [number[], number[], number[]];
const MOST_FIELDS = 30;
const MOST_DATES = 4_096;
const INTEGER_DIGITS = 9;
const MONEY_DIGITS = 13;

/** What a step gives back when it met something that it doesn't read. */
const GIVE_UP = -1;

export class JsonRecordReader<Target extends object> {
  /** Names of the record read last that are neither fields nor ignored; none is there twice. */
  readonly unknown: string[] = [];
  private readonly names: readonly Buffer[];
  private readonly places = new Map<string, number>();
  private readonly groups: readonly string[];
  private readonly required: number;
  private readonly dates = new Map<number, PlainDate>();
  /** The names of the record before, in their order: the next one's are most likely the same. */
  private order: number[] = [];

  // What is being read.
  private bytes: Buffer = Buffer.alloc(0);
  private latin1 = '';
  private end = 0;
  private record: Record<string, unknown> = {};
  /** Bits of the fields that have a value, and of the groups that were there. */
  private seen = 0;
  private seenGroups = 0;
  private turn = 0;

  /**
   * @param make an empty record
   * @param ignored names that may stand in a record and mean nothing
   */
  constructor(
    private readonly make: () => Target,
    private readonly fields: readonly JsonField<Target>[],
    private readonly ignored: ReadonlySet<string>,
  ) {
    if (fields.length > MOST_FIELDS) throw new RangeError(`at most ${MOST_FIELDS} fields`);
    this.names = fields.map(({ name }) => Buffer.from(name));
    for (const [index, { name }] of fields.entries()) this.places.set(name, index);
    this.groups = [...new Set(fields.map(({ group }) => group))];
    this.required = fields.reduce((bits, { required }, index) => (required ? bits | (1 << index) : bits), 0);
  }

  /**
   * @param bytes valid UTF-8, of which the record is a part
   * @param latin1 the same bytes as Latin-1 text, so that a slice of it is a string without a copy
   * @returns undefined when it holds something unusual or wrong
   */
  read(bytes: Buffer, latin1: string, start: number, end: number): Target | undefined {
    this.bytes = bytes;
    this.latin1 = latin1;
    this.end = end;
    this.seen = 0;
    this.seenGroups = 0;
    this.turn = 0;
    this.unknown.length = 0;
    const record = this.make();
    this.record = record as Record<string, unknown>;
    const at = this.object(start, undefined);
    if (at !== end || (this.seen & this.required) !== this.required) return undefined;
    return record;
  }

  /** @param group undefined at the top of a record @returns the place behind it */
  private object(start: number, group: string | undefined): number {
    const { bytes } = this;
    if (bytes[start] !== OPEN) return GIVE_UP;
    let at = this.space(start + 1);
    if (bytes[at] === CLOSE) return at + 1;
    let grouped: boolean | undefined = group === undefined ? undefined : false;
    for (;;) {
      if (bytes[at] !== QUOTE) return GIVE_UP;
      const place = this.place(at + 1);
      at = this.nameEnd;
      if (at === GIVE_UP) return GIVE_UP;
      at = this.space(at);
      if (bytes[at] !== COLON) return GIVE_UP;
      at = this.space(at + 1);
      const name = this.unplaced;
      const groupBit = place < 0 && group === undefined ? 1 << (this.groups.indexOf(name) + 1) : 1;
      const isGroup = groupBit > 1;
      grouped ??= isGroup;
      // A record is grouped or flat; one that is a little of both is read the slow way.
      if (isGroup ? !grouped || (this.seenGroups & groupBit) !== 0 : grouped && place >= 0) return GIVE_UP;
      if (isGroup) {
        this.seenGroups |= groupBit;
        at = this.object(at, name);
      } else if (place >= 0) at = this.field(place, at, group);
      else at = this.unknownValue(name, at);
      if (at === GIVE_UP) return GIVE_UP;
      at = this.space(at);
      if (bytes[at] === CLOSE) return at + 1;
      if (bytes[at] !== COMMA) return GIVE_UP;
      at = this.space(at + 1);
    }
  }

  // What `place` found beside its answer.
  private nameEnd = 0;
  private unplaced = '';

  /** Which field a name is; -1 for none. Its closing quote is at `nameEnd - 1`. */
  private place(from: number): number {
    const { bytes, order } = this;
    const turn = this.turn++;
    const guess = order[turn];
    if (guess !== undefined) {
      const name = this.names[guess] as Buffer;
      const { length } = name;
      let same = 0;
      while (same < length && bytes[from + same] === name[same]) same++;
      if (same === length && bytes[from + length] === QUOTE) {
        this.nameEnd = from + length + 1;
        return guess;
      }
    }
    const end = this.plainStringEnd(from);
    this.nameEnd = end;
    if (end === GIVE_UP) return GIVE_UP;
    const name = this.latin1.slice(from, end - 1);
    const place = this.places.get(name) ?? -1;
    if (place >= 0) order[turn] = place;
    else {
      this.turn--; // it has no turn of its own
      this.unplaced = name;
    }
    return place;
  }

  private field(index: number, at: number, group: string | undefined): number {
    const field = this.fields[index] as JsonField<Target>;
    const bit = 1 << index;
    if ((this.seen & bit) !== 0 || (group !== undefined && field.group !== group)) return GIVE_UP;
    switch (field.type) {
      case 'text':
        return this.text(field, bit, at);
      case 'money':
        return this.money(field, bit, at);
      case 'us-date':
        return this.usDate(field, bit, at);
      case 'integer':
        return this.integer(field, bit, at);
      case 'boolean': {
        const isTrue = this.bytes[at] === TRUE[0];
        const end = this.word(at, isTrue ? TRUE : FALSE);
        return end === GIVE_UP ? this.blank(at) : this.keep(field, bit, isTrue, end);
      }
    }
  }

  private keep(field: JsonField<Target>, bit: number, value: unknown, end: number): number {
    this.seen |= bit;
    this.record[field.to] = value;
    return end;
  }

  /** A value that stands for none: `null` or `""`. A required field is then lacking. */
  private blank(at: number): number {
    if (this.bytes[at] === QUOTE) return this.bytes[at + 1] === QUOTE ? at + 2 : GIVE_UP;
    return this.word(at, NULL);
  }

  private word(at: number, word: readonly number[]): number {
    for (let index = 0; index < word.length; index++) if (this.bytes[at + index] !== word[index]) return GIVE_UP;
    return at + word.length;
  }

  private text(field: JsonField<Target>, bit: number, at: number): number {
    const { bytes } = this;
    if (bytes[at] !== QUOTE || bytes[at + 1] === QUOTE) return this.blank(at);
    let end = at + 1;
    let from = end; // of the ASCII that isn't in `text` yet
    let text = '';
    for (;;) {
      const byte = bytes[end] as number;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) return this.escapedText(field, bit, at);
      if (byte < 0x20 || end >= this.end) return GIVE_UP;
      if (byte < 0x80) {
        end++;
        continue;
      }
      // Decoded here: for a few characters a call into the runtime costs more than the whole record.
      const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      let point = byte & (0xff >> (length + 1));
      for (let place = 1; place < length; place++) point = (point << 6) | ((bytes[end + place] as number) & 0x3f);
      text += this.latin1.slice(from, end) + String.fromCodePoint(point);
      end += length;
      from = end;
    }
    text = from === at + 1 ? this.latin1.slice(from, end) : text + this.latin1.slice(from, end);
    if (field.oneOf && !field.oneOf.includes(text)) return GIVE_UP;
    return this.keep(field, bit, text, end + 1);
  }

  private escapedText(field: JsonField<Target>, bit: number, at: number): number {
    const end = this.stringEnd(at);
    if (end === GIVE_UP) return GIVE_UP;
    try {
      const text = JSON.parse(this.bytes.toString('utf8', at, end)) as string;
      if (text.includes('\0') || !text.isWellFormed() || field.oneOf) return GIVE_UP;
      return this.keep(field, bit, text, end);
    } catch {
      return GIVE_UP;
    }
  }

  private money(field: JsonField<Target>, bit: number, start: number): number {
    const { bytes } = this;
    const quoted = bytes[start] === QUOTE;
    let at = quoted ? start + 1 : start;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    const first = at;
    let cents = 0;
    let byte = bytes[at] as number;
    while (byte >= ZERO && byte <= NINE) {
      cents = cents * 10 + (byte - ZERO);
      byte = bytes[++at] as number;
    }
    const digits = at - first;
    if (digits === 0) return negative ? GIVE_UP : this.blank(start);
    if (digits > MONEY_DIGITS || (!quoted && digits > 1 && bytes[first] === ZERO)) return GIVE_UP;
    let decimals = 0;
    if (byte === POINT) {
      byte = bytes[++at] as number;
      while (byte >= ZERO && byte <= NINE) {
        if (++decimals > 2) return GIVE_UP;
        cents = cents * 10 + (byte - ZERO);
        byte = bytes[++at] as number;
      }
      if (decimals === 0) return GIVE_UP;
    }
    for (let missing = decimals; missing < 2; missing++) cents *= 10;
    if (quoted) {
      if (byte !== QUOTE) return GIVE_UP;
      at++;
    }
    // What else a number could go on with (an exponent) is no separator, and so is given up on by the object.
    return this.keep(field, bit, Money.ofCents(negative ? -cents : cents), at);
  }

  private usDate(field: JsonField<Target>, bit: number, at: number): number {
    const { bytes } = this;
    if (bytes[at] !== QUOTE || bytes[at + 1] === QUOTE) return this.blank(at);
    if (bytes[at + 3] !== SLASH || bytes[at + 6] !== SLASH || bytes[at + 11] !== QUOTE) return GIVE_UP;
    let day = 0; // as YYYYMMDD
    for (const place of US_DATE_DIGITS) {
      const byte = bytes[at + place] as number;
      if (byte < ZERO || byte > NINE) return GIVE_UP;
      day = day * 10 + (byte - ZERO);
    }
    let date = this.dates.get(day);
    if (!date) {
      const [year, month, dayOfMonth] = [Math.floor(day / 10_000), Math.floor(day / 100) % 100, day % 100];
      if (!PlainDate.exists(year, month, dayOfMonth)) return GIVE_UP;
      if (this.dates.size >= MOST_DATES) this.dates.clear();
      date = PlainDate.of(year, month, dayOfMonth);
      this.dates.set(day, date);
    }
    return this.keep(field, bit, date, at + 12);
  }

  private integer(field: JsonField<Target>, bit: number, start: number): number {
    const { bytes } = this;
    const quoted = bytes[start] === QUOTE;
    let at = quoted ? start + 1 : start;
    const negative = !quoted && bytes[at] === MINUS;
    if (negative) at++;
    const first = at;
    let value = 0;
    let byte = bytes[at] as number;
    while (byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO);
      byte = bytes[++at] as number;
    }
    const digits = at - first;
    if (digits === 0) return negative ? GIVE_UP : this.blank(start);
    if (digits > INTEGER_DIGITS || byte === POINT || (!quoted && digits > 1 && bytes[first] === ZERO)) return GIVE_UP;
    if (quoted) {
      if (byte !== QUOTE) return GIVE_UP;
      at++;
    }
    return this.keep(field, bit, negative ? -value : value, at);
  }

  private unknownValue(name: string, at: number): number {
    if (!this.ignored.has(name)) {
      if (this.unknown.includes(name)) return GIVE_UP;
      this.unknown.push(name);
    }
    const { bytes } = this;
    if (bytes[at] === QUOTE) return this.plainStringEnd(at + 1);
    for (const word of WORDS) if (bytes[at] === word[0]) return this.word(at, word);
    let end = at;
    while (end < this.end && bytes[end] !== COMMA && bytes[end] !== CLOSE && SPACE[bytes[end] as number] === 0) end++;
    return PLAIN_NUMBER.test(this.latin1.slice(at, end)) ? end : GIVE_UP;
  }

  /** @param from behind the opening quote @returns the place behind the closing one; no escapes, no control characters */
  private plainStringEnd(from: number): number {
    const { bytes, end } = this;
    let at = from;
    for (;;) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH || byte < 0x20 || at >= end) return GIVE_UP;
      at++;
    }
  }

  private stringEnd(start: number): number {
    for (let at = start + 1; at < this.end; at++) {
      const byte = this.bytes[at];
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) return at + 1;
    }
    return GIVE_UP;
  }

  private space(from: number): number {
    let at = from;
    while (SPACE[this.bytes[at] as number] === 1) at++;
    return at;
  }
}

const US_DATE_DIGITS = [7, 8, 9, 10, 1, 2, 4, 5] as const;
const PLAIN_NUMBER = /^-?(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?(?:[eE][+-]?\d{1,5})?$/;
