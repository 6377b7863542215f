/** What stands around the one big array of a JSON document: small, held whole, and parsed when the document has ended. */
import { isUtf8 } from 'node:buffer';
import { AdapterError } from '../src/adapter-error.js';

export const refuseDocument = (code: string, message: string): AdapterError =>
  new AdapterError('rejected', message, { code });

const [QUOTE, BACKSLASH, COLON, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [...Buffer.from('"\\:{}[]')] as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
/** Of a name at the top: a longer one, escapes and all, is not the array's. */
const LONGEST_NAME = 2_000;

export class JsonFrame {
  /** The document is over: nothing but white space may follow. */
  ended = false;
  /** The last scan stopped behind the bracket that opens the array. */
  arrayOpened = false;
  private readonly pieces: Buffer[] = [];
  private size = 0;
  private depth = 0;
  private inString = false;
  private escaped = false;
  private arrays = 0;
  /** The string at the top that is open or was the last, quotes included. */
  private name: number[] = [];
  /** That string, once a colon follows it and nothing else yet. */
  private named = false;

  constructor(
    private readonly key: string,
    private readonly maxBytes: number,
  ) {}

  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** @returns how far it came: behind the array's opening bracket, or the end of the buffer */
  scan(bytes: Buffer, from: number): number {
    this.arrayOpened = false;
    let at = from;
    while (at < bytes.length && !this.arrayOpened) this.step(bytes[at++] as number);
    this.pieces.push(Buffer.from(bytes.subarray(from, at)));
    this.size += at - from;
    if (this.size > this.maxBytes)
      throw refuseDocument('too-large', 'the part of the file outside its records is too large');
    return at;
  }

  /** @throws AdapterError `not-utf8`, `not-json` */
  text(): string {
    const bytes = Buffer.concat(this.pieces, this.size);
    if (!isUtf8(bytes)) throw refuseDocument('not-utf8', 'the file is not UTF-8');
    const text = bytes.toString('utf8');
    try {
      JSON.parse(text);
    } catch {
      throw refuseDocument('not-json', 'the file is not JSON');
    }
    return text;
  }

  private step(byte: number): void {
    if (this.inString) {
      if (this.depth === 1 && this.name.length < LONGEST_NAME) this.name.push(byte);
      if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) this.inString = false;
      return;
    }
    if (isSpace(byte)) return;
    if (this.ended) throw refuseDocument('trailing-text', 'there is text behind the end of the document');
    if (this.depth === 0 && byte !== OPEN) throw refuseDocument('not-json', 'the file is not a JSON object');
    const opensArray = this.depth === 1 && byte === OPEN_LIST && this.named && this.isKey();
    this.named = this.depth === 1 && byte === COLON;
    if (byte === QUOTE) {
      this.inString = true;
      if (this.depth === 1) this.name = [byte];
    } else if (opensArray) {
      if (++this.arrays > 1) throw refuseDocument('not-json', `"${this.key}" stands twice`);
      this.depth++;
      this.arrayOpened = true;
    } else if (byte === OPEN || byte === OPEN_LIST) this.depth++;
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      this.depth--;
      this.ended = this.depth === 0;
    }
  }

  private isKey(): boolean {
    try {
      return JSON.parse(Buffer.from(this.name).toString('utf8')) === this.key;
    } catch {
      return false; // no JSON: the end of the document says so
    }
  }
}
