/** Streams an invoice's PDF from the partner to the caller. */
import { AdapterError, type InvoiceDocument } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Problem } from '../problem.js';

@injectable()
export class FetchDocument {
  constructor(@inject(BillerScopes) private readonly scopes: BillerScopes) {}

  /** @throws Problem 404 `document-not-found`, 502 `partner-malformed`, `partner-misconfigured` or `partner-unavailable` */
  async fetch(billerId: string, invoiceNumber: string, signal: AbortSignal): Promise<InvoiceDocument> {
    try {
      const provider = await this.scopes.contract(billerId, 'document-provider');
      return await provider.fetch({ invoiceNumber }, signal);
    } catch (error) {
      if (!AdapterError.is(error)) throw error;
      if (error.kind === 'not-found' || error.kind === 'rejected')
        throw new Problem(404, 'document-not-found', error.message, { partnerMessages: error.partnerMessages });
      const code =
        error.kind === 'malformed' || error.kind === 'misconfigured' ? `partner-${error.kind}` : 'partner-unavailable';
      throw new Problem(502, code, error.message);
    }
  }
}
