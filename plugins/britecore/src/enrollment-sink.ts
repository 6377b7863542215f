/** EnrollmentSink on BriteCore, both generations. */
import type { Enrollment, EnrollmentKind, EnrollmentSink } from '@ic-host/contracts';
import { asRejection } from '@ic-host/contracts/kit';
import { inject, injectable } from 'inversify';
import { BriteCoreClient, type Endpoint, type Operation } from './britecore-client.js';
import { asObject } from './wire-types.js';

const write = (endpoint: Endpoint, path: string): Operation => ({ endpoint, path, effect: 'write' });

const MODIFIED = {
  paperless: write('paperless', 'vendors/invoice_cloud_suppress_insured_deliverable_printings'),
  autopay: write('autopay', 'vendors/invoice_cloud_autopay_enroll'),
};
const LEGACY = {
  paperless: write('paperless', 'payments/invoice_cloud_supress_insured_deliverable_printings'), // their spelling
  autopay: write('autopay', 'payments/invoice_cloud_autopay_enroll'),
};
const IS_ENROLLED: Operation = {
  endpoint: 'autopay',
  path: 'vendors/invoice_cloud_autopay_is_enrolled',
  effect: 'read',
};

@injectable()
export class BriteCoreEnrollments implements EnrollmentSink {
  constructor(@inject(BriteCoreClient) private readonly client: BriteCoreClient) {}

  setPaperless(enrollment: Enrollment, signal: AbortSignal) {
    return this.set('paperless', enrollment, signal);
  }

  setAutopay(enrollment: Enrollment, signal: AbortSignal) {
    return this.set('autopay', enrollment, signal);
  }

  async readBack(kind: EnrollmentKind, accountNumber: string, signal: AbortSignal): Promise<boolean | undefined> {
    if (kind !== 'autopay' || this.client.isLegacy) return undefined;
    const { data } = await this.client.call(IS_ENROLLED, { policy_number: accountNumber }, signal);
    const told = typeof data === 'boolean' ? data : (asObject(data).isEnrolled ?? asObject(data).is_enrolled);
    return typeof told === 'boolean' ? told : undefined;
  }

  private async set(kind: EnrollmentKind, { accountNumber, enabled }: Enrollment, signal: AbortSignal) {
    const legacy = this.client.isLegacy;
    const operation = (legacy ? LEGACY : MODIFIED)[kind];
    const body = { [legacy ? 'accountNumber' : 'policy_number']: accountNumber, enable: enabled };
    const { messages } = await this.client.call(operation, body, signal).catch(asRejection);
    return { partnerMessages: messages };
  }
}
