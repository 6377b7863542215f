/** DocumentProvider, version 1: fetches an invoice's PDF. */
import type { Readable } from 'node:stream';

export const DOCUMENT_PROVIDER_VERSION = '1';

export interface InvoiceDocument {
  /** The PDF's bytes, as they come; its first five are checked to be `%PDF-`. Destroying it ends the partner call. */
  stream: Readable;
  /** Bytes in all, where the partner told it. */
  length?: number;
}

export interface DocumentProvider {
  /**
   * Resolves when the first bytes are there and are a PDF's; the rest streams.
   * @throws AdapterError `not-found` when the partner has none; `malformed` when its answer isn't a PDF
   * @example const { stream } = await documents.fetch({ invoiceNumber }, signal)
   */
  fetch(request: { invoiceNumber: string }, signal: AbortSignal): Promise<InvoiceDocument>;
}
