/** Reads one big array out of a JSON document by finding the ends of its elements, without holding the document. */
import { isUtf8 } from 'node:buffer';
import { AdapterError } from '../src/adapter-error.js';

export interface ArrayElement {
  /** The element's own text, undecoded. */
  bytes: Buffer;
  /** Where it begins in the document, from 0. */
  byteOffset: number;
  /** True when a number of it has an exponent or more digits than a double holds for certain. */
  inexactNumbers: boolean;
}

export type ArrayPart =
  | { type: 'elements'; elements: ArrayElement[]; bytesRead: number }
  /** The document without the array's elements, parsed; last. */
  | { type: 'frame'; frame: unknown };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const COMMA = 0x2c;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

const refuse = (code: string, message: string): AdapterError => new AdapterError('rejected', message, { code });

/**
 * Yields the elements of the array that stands under `key` at the top of the document, then its frame.
 * @param maxElementBytes a larger element, or frame, refuses the document: memory stays bounded by it
 * @throws AdapterError `rejected`, code `not-json`, `truncated`, `trailing-text`, `not-utf8` or `too-large`
 */
export async function* readJsonArray(
  source: AsyncIterable<Uint8Array>,
  key: string,
  signal: AbortSignal,
  maxElementBytes = 1 << 20,
): AsyncGenerator<ArrayPart> {
  const opener = new RegExp(`"${key}"\\s*:\\s*\\[$`);
  let rest: Buffer = Buffer.alloc(0); // of the element (or frame piece) that is still open
  let restOffset = 0;
  let frame = '';
  let depth = 0;
  let inString = false;
  let escaped = false;
  let inArray = false;
  let arrays = 0;
  let start = -1; // of the open element, in `buffer`
  let afterElement = false;
  let awaiting = false; // a comma was seen: an element must follow
  let digits = 0;
  let inexact = false;
  let ended = false;
  let first = true;

  const keepFrame = (bytes: Buffer): void => {
    if (!isUtf8(bytes)) throw refuse('not-utf8', 'the file is not UTF-8');
    frame += bytes.toString('utf8');
    if (frame.length > maxElementBytes)
      throw refuse('too-large', 'the part of the file outside its records is too large');
  };

  for await (const chunk of source) {
    signal.throwIfAborted();
    let buffer: Buffer = rest.length
      ? Buffer.concat([rest, chunk])
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (first) {
      if (buffer.length < 3) {
        rest = Buffer.from(buffer);
        continue;
      }
      first = false;
      if (buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) {
        buffer = buffer.subarray(3);
        restOffset = 3;
      }
      rest = Buffer.alloc(0);
    }
    const elements: ArrayElement[] = [];
    let frameStart = inArray ? -1 : 0;
    for (let at = rest.length; at < buffer.length; at++) {
      const byte = buffer[at] as number;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (ended) {
        if (!isSpace(byte)) throw refuse('trailing-text', 'there is text behind the end of the document');
        continue;
      }
      const direct = inArray && depth === 2;
      if (direct && start < 0) {
        if (isSpace(byte)) continue;
        if (byte === COMMA) {
          if (!afterElement) throw refuse('not-json', `an element is missing at byte ${restOffset + at}`);
          afterElement = false;
          awaiting = true;
          continue;
        }
        if (byte === 0x5d) {
          if (awaiting)
            throw refuse('not-json', `a comma stands before the end of the list at byte ${restOffset + at}`);
          inArray = false;
          depth = 1;
          frameStart = at;
          continue;
        }
        if (afterElement) throw refuse('not-json', `a comma is missing at byte ${restOffset + at}`);
        start = at;
        inexact = false;
        digits = 0;
        awaiting = false;
      } else if (direct && (byte === COMMA || byte === 0x5d)) {
        elements.push({ bytes: buffer.subarray(start, at), byteOffset: restOffset + start, inexactNumbers: inexact });
        start = -1;
        afterElement = true;
        at--; // looked at again, as what follows an element
        continue;
      }
      if (isDigit(byte)) {
        if (++digits > 15) inexact = true;
        continue;
      }
      if (digits > 0) {
        if (byte === 0x65 || byte === 0x45) inexact = true;
        else if (byte !== 0x2e) digits = 0;
      }
      if (byte === QUOTE) inString = true;
      else if (OPEN.has(byte)) {
        depth++;
        if (depth === 2 && byte === 0x5b && !inArray) {
          const before = frame + buffer.toString('utf8', Math.max(frameStart, 0), at + 1);
          if (opener.test(before)) {
            if (++arrays > 1) throw refuse('not-json', `"${key}" stands twice`);
            keepFrame(buffer.subarray(frameStart, at + 1));
            frameStart = -1;
            inArray = true;
            afterElement = false;
          }
        }
      } else if (CLOSE.has(byte)) {
        depth--;
        if (depth < 0) throw refuse('not-json', `a bracket is closed that was not opened, at byte ${restOffset + at}`);
        if (inArray && depth === 2) {
          elements.push({
            bytes: buffer.subarray(start, at + 1),
            byteOffset: restOffset + start,
            inexactNumbers: inexact,
          });
          start = -1;
          afterElement = true;
        } else if (depth === 0) ended = true;
      }
    }
    if (inArray) {
      const keepFrom = start >= 0 ? start : buffer.length;
      rest = Buffer.from(buffer.subarray(keepFrom));
      restOffset += keepFrom;
      if (start >= 0) start = 0;
      if (rest.length > maxElementBytes) throw refuse('too-large', 'a record of the file is too large');
    } else {
      // A UTF-8 character or the array's key may be cut here: hold the frame back until it is whole.
      rest = Buffer.from(buffer.subarray(frameStart));
      restOffset += frameStart;
      if (rest.length > maxElementBytes)
        throw refuse('too-large', 'the part of the file outside its records is too large');
    }
    if (elements.length) yield { type: 'elements', elements, bytesRead: restOffset + rest.length };
  }
  if (!ended) throw refuse(frame === '' && rest.length === 0 ? 'not-json' : 'truncated', 'the file ends in the middle');
  keepFrame(rest);
  try {
    yield { type: 'frame', frame: JSON.parse(frame) };
  } catch {
    throw refuse('not-json', 'the file is not JSON');
  }
}
