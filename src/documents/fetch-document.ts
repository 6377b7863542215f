/** Streams an invoice's PDF from the partner to the caller. */
import { AdapterError, type InvoiceDocument } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { adapterFailed } from '../adapters/adapter-failed.js';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Problem } from '../problem.js';
import { LOG, type Log } from '../telemetry/log.js';

@injectable()
export class FetchDocument {
  constructor(
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(LOG) private readonly log: Log,
  ) {}

  /**
   * @throws Problem 404 `document-not-found`, 502 `partner-malformed`, `partner-misconfigured`, `partner-unavailable` or
   * `adapter-failed`
   */
  async fetch(billerId: string, invoiceNumber: string, signal: AbortSignal): Promise<InvoiceDocument> {
    const provider = await this.scopes.contract(billerId, 'document-provider').catch(refuse);
    try {
      return await provider.fetch({ invoiceNumber }, signal);
    } catch (error) {
      if (AdapterError.is(error)) return refuse(error);
      throw adapterFailed(this.log, { err: error, billerId });
    }
  }
}

/** What an adapter says, as the caller is told it. */
function refuse(error: unknown): never {
  if (!AdapterError.is(error)) throw error;
  if (error.kind === 'not-found' || error.kind === 'rejected')
    throw new Problem(404, 'document-not-found', error.message, { partnerMessages: error.partnerMessages });
  const code =
    error.kind === 'malformed' || error.kind === 'misconfigured' ? `partner-${error.kind}` : 'partner-unavailable';
  throw new Problem(502, code, error.message);
}
