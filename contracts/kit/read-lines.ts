/** Reads a file line by line, as bytes, with the place of each. */
import { AdapterError } from '../src/adapter-error.js';

export interface Line {
  /** Without its line end. */
  bytes: Buffer;
  /** Where it begins in the file, from 0. */
  byteOffset: number;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Yields the lines of each chunk together; the last line needs no line end.
 * @param maxLineBytes a longer line refuses the file: memory stays bounded by it
 * @throws AdapterError `rejected`, code `too-large`
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  maxLineBytes = 1 << 20,
): AsyncGenerator<Line[]> {
  let pieces: Buffer[] = []; // of the line that is still open
  let open = 0;
  let offset = 0;
  const line = (last: Buffer): Line => {
    const whole = pieces.length ? Buffer.concat([...pieces, last]) : last;
    const bytes = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
    const found = { bytes, byteOffset: offset };
    offset += whole.length + 1;
    pieces = [];
    open = 0;
    return found;
  };
  for await (const chunk of source) {
    signal.throwIfAborted();
    const bytes = Buffer.from(chunk);
    const lines: Line[] = [];
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      lines.push(line(bytes.subarray(from, at)));
      from = at + 1;
    }
    if (lines.length) yield lines;
    if (from < bytes.length) pieces.push(bytes.subarray(from));
    open += bytes.length - from;
    if (open > maxLineBytes)
      throw new AdapterError('rejected', 'a line of the file is too long', { code: 'too-large' });
  }
  if (open > 0) yield [line(Buffer.alloc(0))];
}
