/** Reads one big array out of a JSON document by finding the ends of its elements, without holding the document. */
import { isUtf8 } from 'node:buffer';
import { JsonFrame, refuseDocument } from './json-frame.js';

/** Whole elements that stand behind one another. Valid until the next part is asked for. */
export interface ElementBatch {
  type: 'elements';
  /** UTF-8, certainly. */
  bytes: Buffer;
  /** Where each element begins and ends in `bytes`: begin, end, begin, end … */
  spans: readonly number[];
  /** Where `bytes` begins in the document. */
  byteOffset: number;
  /** How much of the document has been read. */
  bytesRead: number;
}

export type ArrayPart =
  | ElementBatch
  /** The document without the array's elements: JSON, certainly. Comes last. */
  | { type: 'frame'; text: string };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const CLOSE_LIST = 0x5d;
const MOST_OF_A_NAME = 200;
export interface ArrayReaderLimits {
  /** A larger element, or frame, refuses the document: memory stays bounded by it. */
  maxElementBytes?: number;
  /**
   * How much is looked at together. Smaller chunks are gathered, so that an element in many pieces is not copied once a
   * piece; larger ones are split, because V8 makes strings of over 128 KB twenty times slower.
   */
  atOnceBytes?: number;
}

/** What a byte means between strings: 1 a quote, 2 opens, 3 closes, 4 white space; 0 anything else. */
const MEANING = new Uint8Array(256);
for (const [meaning, bytes] of [
  [1, '"'],
  [2, '{['],
  [3, '}]'],
  [4, ' \n\r\t'],
] as const)
  for (const byte of Buffer.from(bytes)) MEANING[byte] = meaning;

/**
 * Yields the elements of the array that stands under `key` at the top of the document, then its frame. What is inside
 * an element is not looked at: whoever reads it finds out whether it is JSON.
 * @throws AdapterError `rejected`, code `not-json`, `truncated`, `trailing-text`, `not-utf8` or `too-large`
 */
export async function* readJsonArray(
  source: AsyncIterable<Uint8Array>,
  key: string,
  signal: AbortSignal,
  { maxElementBytes = 1 << 20, atOnceBytes = 1 << 16 }: ArrayReaderLimits = {},
): AsyncGenerator<ArrayPart> {
  const frame = new JsonFrame(key.slice(0, MOST_OF_A_NAME), maxElementBytes);
  const elements = new ElementScanner();
  let rest: Buffer = Buffer.alloc(0); // of the element that is still open
  let offset = 0; // of `rest` in the document
  let inArray = false;
  for await (const chunk of evened(
    withoutMark(source, () => (offset += 3)),
    atOnceBytes,
  )) {
    signal.throwIfAborted();
    const bytes = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    const spans: number[] = [];
    let at = rest.length;
    while (at < bytes.length)
      if (inArray) {
        at = elements.scan(bytes, at, offset, spans);
        inArray = !elements.ended;
      } else {
        at = frame.scan(bytes, at);
        if (frame.arrayOpened) {
          inArray = true;
          elements.begin();
        }
      }
    const keep = inArray && elements.start >= 0 ? elements.start : bytes.length;
    if (spans.length) {
      const first = spans[0] as number;
      const last = spans.at(-1) as number;
      if (!isUtf8(bytes.subarray(first, last)))
        throw refuseDocument('not-utf8', `the file is not UTF-8, between byte ${offset + first} and ${offset + last}`);
      yield { type: 'elements', bytes, spans, byteOffset: offset, bytesRead: offset + bytes.length };
    }
    rest = Buffer.from(bytes.subarray(keep));
    offset += keep;
    if (elements.start >= 0) elements.start = 0;
    if (rest.length > maxElementBytes) throw refuseDocument('too-large', 'a record of the file is too large');
  }
  if (inArray || !frame.ended)
    throw refuseDocument(frame.isEmpty ? 'not-json' : 'truncated', 'the file ends in the middle');
  yield { type: 'frame', text: frame.text() };
}

/** Finds where the elements of an array begin and end, over any number of buffers. */
class ElementScanner {
  /** Of the open element in the present buffer; -1 between two. */
  start = -1;
  ended = false;
  private depth = 0;
  private inString = false;
  private escaped = false;
  private before: 'begin' | 'element' | 'comma' = 'begin';

  begin(): void {
    this.ended = false;
    this.before = 'begin';
  }

  /** @returns how far it came: behind the array's end, or the end of the buffer */
  scan(bytes: Buffer, from: number, offset: number, spans: number[]): number {
    let at = from;
    while (at < bytes.length) {
      if (this.start < 0) {
        const byte = bytes[at] as number;
        if (MEANING[byte] === 4) at++;
        else if (byte === CLOSE_LIST) {
          if (this.before === 'comma')
            throw refuseDocument('not-json', `a comma stands before the end of the list at byte ${offset + at}`);
          this.ended = true;
          return at; // the frame's own
        } else if (byte === COMMA) {
          if (this.before !== 'element')
            throw refuseDocument('not-json', `an element is missing at byte ${offset + at}`);
          this.before = 'comma';
          at++;
        } else {
          if (this.before === 'element') throw refuseDocument('not-json', `a comma is missing at byte ${offset + at}`);
          this.start = at;
          this.depth = 0;
          this.inString = false;
        }
        continue;
      }
      at = this.element(bytes, at);
      if (at < 0) return bytes.length;
      spans.push(this.start, at);
      this.start = -1;
      this.before = 'element';
    }
    return at;
  }

  /** @returns the end of the open element; -1 where it isn't in this buffer */
  private element(bytes: Buffer, from: number): number {
    const { length } = bytes;
    let { depth, inString } = this;
    let at = from;
    if (this.escaped) {
      at++;
      this.escaped = false;
    }
    while (at < length) {
      if (inString) {
        const byte = bytes[at++];
        if (byte === BACKSLASH) {
          if (at === length) this.escaped = true;
          at++;
        } else if (byte === QUOTE) {
          inString = false;
          if (depth === 0) return at;
        }
        continue;
      }
      const byte = bytes[at] as number;
      const meaning = MEANING[byte];
      if (meaning === 0 && !(depth === 0 && byte === COMMA)) at++;
      else if (meaning === 1) {
        inString = true;
        at++;
      } else if (meaning === 2) {
        depth++;
        at++;
      } else if (depth === 0)
        return at; // what follows a number or a word: white space, a comma, the list's end
      else {
        if (meaning === 3) depth--;
        at++;
        if (depth === 0) return at;
      }
    }
    this.depth = depth;
    this.inString = inString;
    return -1;
  }
}

/** Drops a byte order mark, and says so. */
async function* withoutMark(source: AsyncIterable<Uint8Array>, found: () => void): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of source) {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (head) {
      bytes = head.length ? Buffer.concat([head, bytes]) : bytes;
      if (bytes.length < 3) {
        head = Buffer.from(bytes);
        continue;
      }
      head = undefined;
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
        found();
        bytes = bytes.subarray(3);
      }
    }
    yield bytes;
  }
  if (head?.length) yield head;
}

async function* evened(source: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  for await (const chunk of source) {
    let from = 0;
    if (waitingBytes > 0 || chunk.length < size) {
      from = Math.min(chunk.length, size - waitingBytes);
      waiting.push(Buffer.from(chunk.subarray(0, from)));
      waitingBytes += from;
      if (waitingBytes < size) continue;
      yield Buffer.concat(waiting, waitingBytes);
      waiting = [];
      waitingBytes = 0;
    }
    for (; chunk.length - from >= size; from += size) yield chunk.subarray(from, from + size);
    if (from < chunk.length) {
      waiting.push(Buffer.from(chunk.subarray(from)));
      waitingBytes = chunk.length - from;
    }
  }
  if (waitingBytes > 0) yield Buffer.concat(waiting, waitingBytes);
}
