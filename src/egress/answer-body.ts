/** An answer's body: decoded, and no larger than it may be. */
import type { IncomingHttpHeaders } from 'node:http';
import { pipeline, type Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AdapterError } from '@ic-host/contracts';
import type { Dispatcher } from 'undici';

const DECODERS: Record<string, () => Transform> = {
  ...{ gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress },
};

/**
 * We ask for no encoding, but some answer with one all the same.
 * @returns what reads it, undefined where it is plain; the headers then say nothing of it any more
 * @throws AdapterError `malformed`
 */
function decoderOf(headers: IncomingHttpHeaders): Transform | undefined {
  const told = headers['content-encoding'];
  if (told === undefined || told.toLowerCase() === 'identity') return undefined;
  const decoder = DECODERS[told.toLowerCase()];
  if (!decoder)
    throw new AdapterError('malformed', `the partner's answer is encoded as ${told}`, { code: 'answer-encoding' });
  delete headers['content-encoding'];
  delete headers['content-length'];
  return decoder();
}

/** @throws AdapterError `malformed`, or what the decoder throws */
export async function decodedBytes(headers: IncomingHttpHeaders, bytes: Buffer, most: number): Promise<Buffer> {
  const decoder = decoderOf(headers);
  if (!decoder) return bytes;
  decoder.end(bytes);
  return readBody(decoder, most);
}

/** @throws AdapterError `malformed` */
export function decoded({ headers, body }: Pick<Dispatcher.ResponseData, 'headers' | 'body'>): Readable {
  let plain: Transform | undefined;
  try {
    plain = decoderOf(headers);
  } catch (error) {
    body.on('error', () => undefined).destroy();
    throw error;
  }
  if (!plain) return body;
  pipeline(body, plain, () => undefined); // an error is told to whoever reads it
  return plain;
}

/** @throws AdapterError `malformed` to its reader */
export function boundedStream(body: Readable, most: number): Readable {
  let size = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > most) done(tooLarge(most));
      else done(null, chunk);
    },
  });
  pipeline(body, bounded, () => undefined);
  return bounded;
}

export const tooLarge = (most: number): AdapterError =>
  new AdapterError('malformed', `the partner's answer is larger than ${most} bytes`, { code: 'answer-too-large' });

export async function readBody(body: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) {
      body.destroy();
      throw tooLarge(most);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
