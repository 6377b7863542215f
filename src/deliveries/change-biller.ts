/** Makes or changes a biller; one that goes to another adapter takes nothing along that the first may have done already. */
import { inject, injectable } from 'inversify';
import {
  type BillerConfig,
  type BillerInput,
  Billers,
  type Expected,
  GoesToAnotherAdapter,
} from '../billers/billers.js';
import { PartnerHolds, refuseInDoubt } from './partner-holds.js';

export interface ChangedBiller {
  config: BillerConfig;
  created: boolean;
  warnings: string[];
  /** Resolves when every host goes by it. */
  known: Promise<void>;
}

@injectable()
export class ChangeBiller {
  constructor(
    @inject(Billers) private readonly billers: Billers,
    @inject(PartnerHolds) private readonly holds: PartnerHolds,
  ) {}

  /** @throws Problem as {@link Billers.put}, 409 `deliveries-under-way` or `deliveries-in-doubt` where the adapter is another */
  async put(billerId: string, input: BillerInput, actor: string, expected?: Expected): Promise<ChangedBiller> {
    try {
      return { ...(await this.billers.put(billerId, input, actor, expected)), known: Promise.resolve() };
    } catch (error) {
      if (!(error instanceof GoesToAnotherAdapter)) throw error;
      return this.goElsewhere(error.from, [billerId, input, actor, expected]);
    }
  }

  private async goElsewhere(from: string, change: Parameters<ChangeBiller['put']>): Promise<ChangedBiller> {
    const [billerId, input, actor, expected] = change;
    const why = { code: 'adapter-changing', detail: `it goes from ${from} to ${input.adapter}` };
    const { value, known } = await this.holds.sendElsewhere(billerId, why, (trx, inDoubt) => {
      refuseInDoubt(inDoubt);
      return this.billers.put(billerId, input, actor, expected, trx);
    });
    this.billers.forget(billerId);
    return { ...value, known };
  }
}
