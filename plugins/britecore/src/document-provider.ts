/** DocumentProvider on BriteCore: a PDF as it is, or as base64 inside the envelope, streamed either way. */
import { Readable } from 'node:stream';
import { AdapterError, type DocumentProvider, type InvoiceDocument } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { BriteCoreClient, type Operation } from './britecore-client.js';

const RETRIEVE: Operation = { endpoint: 'document', path: 'deliverables/retrieve_invoice_document', effect: 'read' };
const PDF_MAGIC = '%PDF-';
/** The document is looked for within this many bytes of an envelope, which is all of it that is ever held. */
const HEAD_BYTES = 64 * 1024;
/** Followed by `%PDF-` in base64: a file's name may stand under one of these, and an empty text where there is none. */
const DOCUMENT_KEY = /"(?:data|document|file|content|pdf)"\s{0,9}:\s{0,9}"(?=(?:\\[nr]){0,9}JVBERi[0-3])/;

const notPdf = (): AdapterError =>
  new AdapterError('malformed', `${RETRIEVE.path}: the answer is not a PDF`, { code: 'not-a-pdf' });

@injectable()
export class BriteCoreDocuments implements DocumentProvider {
  constructor(@inject(BriteCoreClient) private readonly client: BriteCoreClient) {}

  async fetch({ invoiceNumber }: { invoiceNumber: string }, signal: AbortSignal): Promise<InvoiceDocument> {
    const response = await this.client.send<Readable>(RETRIEVE, { invoice_number: invoiceNumber }, 'stream', signal);
    const body = response.data;
    try {
      if (/^application\/pdf\b/i.test(String(response.headers['content-type'] ?? ''))) {
        const length = Number(response.headers['content-length']);
        const stream = await startingWithPdf(body, body);
        return Number.isInteger(length) && length > 0 ? { stream, length } : { stream };
      }
      return { stream: await this.fromEnvelope(body) };
    } catch (error) {
      body.destroy();
      throw AdapterError.is(error)
        ? error
        : new AdapterError('unavailable', `${RETRIEVE.path}: broken off`, { cause: error });
    }
  }

  private async fromEnvelope(body: Readable): Promise<Readable> {
    const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let head = '';
    for (;;) {
      const found = DOCUMENT_KEY.exec(head);
      if (found) return startingWithPdf(decodeBase64(head.slice(found.index + found[0].length), chunks), body);
      if (head.length > HEAD_BYTES) throw notPdf();
      const next = await chunks.next();
      if (next.done) break;
      head += next.value.toString('latin1'); // base64 and JSON's structure are ASCII
    }
    this.client.open(Buffer.from(head, 'latin1').toString('utf8'), RETRIEVE); // throws the partner's own reason
    throw notPdf();
  }
}

async function* decodeBase64(first: string, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  let pending = '';
  let text = first;
  for (;;) {
    const end = text.indexOf('"');
    // Escapes may stand in a JSON string: a slash, a line break. A backslash alone at the end waits for its other half.
    pending += end < 0 ? text : text.slice(0, end);
    const held = pending.endsWith('\\') ? '\\' : '';
    const clean = pending
      .slice(0, pending.length - held.length)
      .replace(/\\[nr]|\s/g, '')
      .replaceAll('\\/', '/');
    const whole = end < 0 ? clean.length - (clean.length % 4) : clean.length;
    if (/[^A-Za-z0-9+/=]/.test(clean)) throw notPdf();
    if (whole > 0) yield Buffer.from(clean.slice(0, whole), 'base64');
    pending = clean.slice(whole) + held;
    if (end >= 0) return;
    const next = await chunks.next();
    if (next.done)
      throw new AdapterError('malformed', `${RETRIEVE.path}: the document is cut off`, { code: 'truncated' });
    text = next.value.toString('latin1');
  }
}

/** Holds the first bytes back until it is sure that they are a PDF's. */
async function startingWithPdf(source: AsyncIterable<Buffer>, owner: Readable): Promise<Readable> {
  const chunks = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < PDF_MAGIC.length) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  if (head.toString('latin1', 0, PDF_MAGIC.length) !== PDF_MAGIC) throw notPdf();
  const all = async function* () {
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  };
  return Readable.from(all(), { objectMode: false }).on('close', () => owner.destroy());
}
