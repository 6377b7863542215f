/** DocumentProvider on Acme: the PDF as it is, streamed. */
import { Readable } from 'node:stream';
import { AdapterError, type DocumentProvider, type InvoiceDocument } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { AcmeClient } from './acme-client.js';

const PDF = '%PDF-';

@injectable()
export class AcmeDocuments implements DocumentProvider {
  constructor(@inject(AcmeClient) protected readonly client: AcmeClient) {}

  async fetch({ invoiceNumber }: { invoiceNumber: string }, signal: AbortSignal): Promise<InvoiceDocument> {
    // FILL IN: where this partner keeps an invoice's document.
    const path = ['invoices', invoiceNumber, 'pdf'];
    const { data: body, headers } = await this.client.send<Readable>(
      { operation: 'get_pdf', effect: 'read', method: 'GET', path, responseType: 'stream' },
      signal,
    );
    const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    try {
      const head = await this.head(chunks);
      const length = Number(headers['content-length']);
      return { stream: joined(head, chunks, body), ...(Number.isInteger(length) && length > 0 ? { length } : {}) };
    } catch (error) {
      body.destroy();
      if (AdapterError.is(error)) throw error;
      throw new AdapterError('unavailable', 'get_pdf: broken off', { cause: error });
    }
  }

  /** The first bytes, once they are known to be a PDF's. */
  protected async head(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
    let head: Buffer = Buffer.alloc(0);
    while (head.length < PDF.length) {
      const next = await chunks.next();
      if (next.done) break;
      head = Buffer.concat([head, next.value]);
    }
    if (head.toString('latin1', 0, PDF.length) !== PDF)
      throw new AdapterError('malformed', 'get_pdf: the answer is not a PDF', { code: 'not-a-pdf' });
    return head;
  }
}

/** @param owner is destroyed with the stream, and so the call ends */
function joined(head: Buffer, chunks: AsyncIterator<Buffer>, owner: Readable): Readable {
  const all = async function* () {
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  };
  return Readable.from(all(), { objectMode: false }).on('close', () => owner.destroy());
}
