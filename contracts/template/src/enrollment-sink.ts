/** EnrollmentSink on Acme: one resource an account and kind. */
import type { Enrollment, EnrollmentKind, EnrollmentSink } from '@ic-host/contracts';
import { asRejection } from '@ic-host/contracts/kit';
import { inject, injectable } from 'inversify';
import { AcmeClient } from './acme-client.js';

@injectable()
export class AcmeEnrollments implements EnrollmentSink {
  constructor(@inject(AcmeClient) protected readonly client: AcmeClient) {}

  setPaperless(enrollment: Enrollment, signal: AbortSignal) {
    return this.set('paperless', enrollment, signal);
  }

  setAutopay(enrollment: Enrollment, signal: AbortSignal) {
    return this.set('autopay', enrollment, signal);
  }

  async readBack(kind: EnrollmentKind, accountNumber: string, signal: AbortSignal): Promise<boolean | undefined> {
    const path = ['accounts', accountNumber, kind];
    const answer = await this.client.json({ operation: `get_${kind}`, effect: 'read', method: 'GET', path }, signal);
    return typeof answer.enabled === 'boolean' ? answer.enabled : undefined;
  }

  /** FILL IN: how this partner is told. */
  protected async set(kind: EnrollmentKind, { accountNumber, enabled }: Enrollment, signal: AbortSignal) {
    const path = ['accounts', accountNumber, kind];
    const call = { operation: `set_${kind}`, effect: 'write', method: 'PUT', path, body: { enabled } } as const;
    await this.client.json(call, signal).catch(asRejection);
    return { partnerMessages: [] as string[] };
  }
}
