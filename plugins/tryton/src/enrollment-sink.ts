/** EnrollmentSink on Tryton, which has no field for either: a party is in a category, or it isn't. */
import {
  AdapterError,
  type AdapterSettings,
  type Enrollment,
  type EnrollmentKind,
  type EnrollmentSink,
  SETTINGS,
} from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { TrytonClient } from './tryton-client.js';
import { idOf, relatedOf } from './tryton-values.js';

@injectable()
export class TrytonEnrollments implements EnrollmentSink {
  constructor(
    @inject(TrytonClient) private readonly client: TrytonClient,
    @inject(SETTINGS) private readonly settings: AdapterSettings,
  ) {}

  setPaperless(enrollment: Enrollment, signal: AbortSignal) {
    return this.set('paperless', enrollment, signal);
  }

  setAutopay(enrollment: Enrollment, signal: AbortSignal) {
    return this.set('autopay', enrollment, signal);
  }

  async readBack(kind: EnrollmentKind, accountNumber: string, signal: AbortSignal): Promise<boolean> {
    const [party] = await this.party(accountNumber, signal);
    if (!party) throw new AdapterError('not-found', 'Tryton has no party of that code', { code: 'no-such-party' });
    return relatedOf(party, 'categories').some(({ name }) => name === this.nameOf(kind));
  }

  private async set(kind: EnrollmentKind, { accountNumber, enabled }: Enrollment, signal: AbortSignal) {
    const name = this.nameOf(kind);
    const [[party], [category]] = await Promise.all([
      this.party(accountNumber, signal),
      this.client.read('party.category', [['name', '=', name]], ['name'], signal),
    ]);
    if (!party) {
      const message = 'Tryton has no party of that code';
      throw new AdapterError('rejected', message, { code: 'no-such-party', partnerMessages: [message] });
    }
    if (!category)
      throw new AdapterError('misconfigured', `Tryton has no party category named "${name}" (${kind}Category)`, {
        code: 'no-such-category',
      });
    const change = { categories: [[enabled ? 'add' : 'remove', [idOf(category)]]] };
    const method = 'model.party.party.write';
    await this.client.call(
      { operation: `set_${kind}`, effect: 'write', method, params: [[idOf(party)], change] },
      signal,
    );
    return { partnerMessages: [] as string[] };
  }

  private party(accountNumber: string, signal: AbortSignal) {
    return this.client.read('party.party', [['code', '=', accountNumber]], ['categories.name'], signal);
  }

  private nameOf(kind: EnrollmentKind): string {
    return String(this.settings.option(`${kind}Category`));
  }
}
