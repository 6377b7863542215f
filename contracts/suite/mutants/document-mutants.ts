/** Documents that are wrong. */
import { PassThrough, Readable } from 'node:stream';
import type { InvoiceDocument } from '@ic-host/contracts';
import { AcmeDocuments } from '../../template/src/document-provider.js';
import { mutant } from './mutant.js';

const of = mutant('document-provider');
type Asked = { invoiceNumber: string };

/** Changes what is handed back. */
const handing = (change: (document: InvoiceDocument) => InvoiceDocument | Promise<InvoiceDocument>) =>
  class extends AcmeDocuments {
    override async fetch(asked: Asked, signal: AbortSignal): Promise<InvoiceDocument> {
      return change(await super.fetch(asked, signal));
    }
  };
const whole = async (stream: Readable): Promise<Buffer> => Buffer.concat((await stream.toArray()) as Buffer[]);

class NoLookAtTheHead extends AcmeDocuments {
  protected override async head(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
    return (await chunks.next()).value ?? Buffer.alloc(0);
  }
}
class HeadOfTheLast extends AcmeDocuments {
  private last: Buffer = Buffer.alloc(0);
  protected override async head(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
    this.last = await super.head(chunks);
    await new Promise((done) => setTimeout(done, 5));
    return this.last;
  }
}
class IgnoresAbort extends AcmeDocuments {
  override fetch(asked: Asked): Promise<InvoiceDocument> {
    return super.fetch(asked, new AbortController().signal);
  }
}

/** Pushes whatever comes, whether or not anybody reads. */
function greedy(stream: Readable): Readable {
  const out = new PassThrough();
  stream
    .on('data', (chunk) => out.push(chunk))
    .on('end', () => out.push(null))
    .on('error', (error) => out.destroy(error));
  return out.on('close', () => stream.destroy());
}

export const documentMutants = [
  of('buffers the PDF', 'streams', {
    documents: (client) =>
      new (handing(async ({ stream }) => ({ stream: Readable.from([await whole(stream)]) })))(client),
  }),
  of('reads faster than it is read from', 'waits', {
    documents: (client) => new (handing(({ stream }) => ({ stream: greedy(stream) })))(client),
  }),
  of('bytes through a string', 'fetches', {
    documents: (client) =>
      new (handing(({ stream }) => ({
        stream: Readable.from(
          (async function* () {
            for await (const chunk of stream) yield Buffer.from(String(chunk));
          })(),
        ),
      })))(client),
  }),
  of('does not look whether it is a PDF', 'not-a-pdf', { documents: (client) => new NoLookAtTheHead(client) }),
  of('a length that is not true', 'length', {
    documents: (client) =>
      new (handing(({ stream, length = 0 }) => ({ stream, length: Math.ceil(length / 3) * 4 })))(client),
  }),
  of('half a document ends as if it were whole', 'no-half-document', {
    documents: (client) =>
      new (handing(({ stream }) => {
        const out = new PassThrough();
        stream.on('error', () => out.end()).pipe(out);
        return { stream: out.on('close', () => stream.destroy()) };
      }))(client),
  }),
  of('goes on when the stream is destroyed', 'destroyed', {
    documents: (client) =>
      new (handing(({ stream }) => {
        const out = new PassThrough();
        stream.pipe(out).on('error', () => undefined);
        stream.on('error', (error) => out.destroy(error));
        return { stream: out };
      }))(client),
  }),
  of('ignores the abort', 'abort aborted-in-the-middle', { documents: (client) => new IgnoresAbort(client) }),
  of('gives one caller the head of another’s', 'own-documents', { documents: (client) => new HeadOfTheLast(client) }),
];
