/** Mends what a reconciliation found, where that can do no harm: by a refresh, or by sending again what is not there. */
import { AdapterError, ENROLLMENT_KINDS, type EnrollmentKind, toPayment } from '@ic-host/contracts';
import { inject, injectable } from 'inversify';
import { sql } from 'kysely';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { Deliveries } from '../deliveries/deliveries.js';
import { DeliveryDecisions } from '../deliveries/delivery-decisions.js';
import { WORKER_LOST } from '../deliveries/delivery-rules.js';
import { type Delivery, isSettledByHand } from '../deliveries/delivery-store.js';
import { Problem } from '../problem.js';
import { RefreshAccount } from '../rtdr/refresh-account.js';
import { DATABASE, type Database } from '../store/database.js';
import type { Finding } from './findings.js';

const FIND_MS = 30_000;

@injectable()
export class Repairs {
  constructor(
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(RefreshAccount) private readonly accounts: RefreshAccount,
    @inject(Deliveries) private readonly deliveries: Deliveries,
    @inject(DeliveryDecisions) private readonly decisions: DeliveryDecisions,
    @inject(DATABASE) private readonly database: Database,
  ) {}

  /** @returns those that are mended, or on their way to be: all of one account */
  async repair(billerId: string, accountNumber: string, findings: readonly Finding[]): Promise<ReadonlySet<Finding>> {
    const mended = new Set<Finding>();
    const isKnown = findings.every(({ kind }) => kind !== 'account-unknown-there');
    for (const finding of findings)
      if (isKnown && finding.cause === 'lost' && (await this.sendAgain(billerId, finding))) mended.add(finding);
    const late = findings.filter(({ cause }) => cause === 'ours-late');
    if (late.length && (await this.refreshed(billerId, accountNumber))) for (const finding of late) mended.add(finding);
    return mended;
  }

  private refreshed(billerId: string, accountNumber: string): Promise<boolean> {
    return this.accounts.refresh(billerId, accountNumber).then(
      ({ stale }) => !stale,
      () => false,
    );
  }

  /** What a person, or the engine, has taken up meanwhile is left to them. */
  private async sendAgain(billerId: string, finding: Finding): Promise<boolean> {
    try {
      return await this.sendAgainIfSafe(billerId, finding);
    } catch (error) {
      if (error instanceof Problem || AdapterError.is(error)) return false;
      throw error;
    }
  }

  private async sendAgainIfSafe(billerId: string, { kind, subject, accountNumber }: Finding): Promise<boolean> {
    if (subject === null) return false;
    const enrollment = ENROLLMENT_KINDS.find((known): known is EnrollmentKind => known === subject);
    if (kind === 'enrollment-differs' && enrollment) {
      const wish = await this.deliveries.get(billerId, enrollment, accountNumber);
      if (endsWorkers(wish)) return false;
      // Setting it twice is the same as once.
      await this.decisions.sendAgain(wish.id, 'parked', 'the partner has it otherwise');
      return true;
    }
    const sink = await this.scopes.contract(billerId, 'payment-sink');
    const payment = await this.deliveries.get(billerId, 'payment', subject);
    if (kind === 'payment-unsettled') {
      if (sink.repeatSafety === 'unsafe' || endsWorkers(payment)) return false;
      await this.decisions.sendAgain(payment.id, 'parked', 'it is parked, and this partner knows a repeat');
      return true;
    }
    if (isSettledByHand(payment) || (await this.isOfAnother(payment))) return false;
    // It was taken once: only where it certainly isn't there any more can whatever comes of a repeat be believed.
    const isGone =
      sink.find !== undefined &&
      (await sink.find(toPayment(payment.request), AbortSignal.timeout(FIND_MS))) === undefined;
    if (isGone) await this.decisions.sendAgain(payment.id, 'delivered', 'the partner has it no more');
    return isGone;
  }

  /** Whether its biller has gone to another adapter since it was delivered: what the one took, the other doesn't know. */
  private async isOfAnother({ biller_id, updated_at }: Delivery): Promise<boolean> {
    const change = await this.database.db
      .selectFrom('audit')
      .select('id')
      .where('subject', '=', biller_id)
      .where('at', '>', updated_at)
      .where(sql<boolean>`(action = 'biller.switch' or (action = 'biller.change' and details ? 'adapter'))`)
      .limit(1)
      .executeTakeFirst();
    return change !== undefined;
  }
}

/** One worker after another was lost over it: each night would end them all once more. */
const endsWorkers = ({ result }: Delivery): boolean => (result as { code?: string }).code === WORKER_LOST.code;
