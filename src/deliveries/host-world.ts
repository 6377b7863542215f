/** The world of the delivery engine in a running host: PostgreSQL, the billers' adapters, real time. */
import { AdapterError } from '@ic-host/contracts';
import { metrics } from '@opentelemetry/api';
import { inject, injectable } from 'inversify';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { ServedAdapters } from '../adapters/served-adapters.js';
import { Billers } from '../billers/billers.js';
import { Problem } from '../problem.js';
import { Shadow } from '../shadow/shadow.js';
import { audit } from '../store/audit.js';
import { DATABASE, type Database } from '../store/database.js';
import { LOG, type Log } from '../telemetry/log.js';
import { DatabaseHistory } from './database-history.js';
import type { DeliveryPartner, DeliveryWorld } from './deliver.js';
import { DELIVERY_STORE, type DeliveryStore } from './delivery-store.js';

const DEFAULT_MAX_AGE_HOURS = 72;
const WORDS = {
  paused: 'deliveries of a biller are paused: its partner refuses us; see the code and correct its settings',
  resumed: 'deliveries of a biller go on: its partner takes them again',
  parked: 'a delivery is parked: it needs a person',
};

@injectable()
export class HostWorld implements DeliveryWorld {
  private readonly told = metrics.getMeter('ic-host').createCounter('ic_host.deliveries.news', {
    description: 'Billers paused and resumed, deliveries parked',
  });

  constructor(
    @inject(DELIVERY_STORE) readonly store: DeliveryStore,
    @inject(DATABASE) private readonly database: Database,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
    @inject(Shadow) private readonly shadow: Shadow,
    @inject(DatabaseHistory) private readonly history: DatabaseHistory,
    @inject(ServedAdapters) private readonly served: ServedAdapters,
    @inject(LOG) private readonly log: Log,
  ) {}

  async partner(billerId: string): Promise<DeliveryPartner> {
    const { adapter, options } = await this.billers.get(billerId);
    return {
      isElsewhere: await this.served.isElsewhere(adapter),
      paymentSink: async () => this.shadow.paymentSink(billerId, await this.contract(billerId, 'payment-sink')),
      enrollmentSink: async () =>
        this.shadow.enrollmentSink(billerId, await this.contract(billerId, 'enrollment-sink')),
      maxAgeMs: Number(options.maxDeliveryAgeHours ?? DEFAULT_MAX_AGE_HOURS) * 3_600_000,
    };
  }

  now(): Date {
    return this.database.clock.now();
  }

  restoredAt(): Date | undefined {
    return this.history.restoredAt;
  }

  after = (ms: number, work: () => void): (() => void) => {
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  };
  random = Math.random;

  tell: DeliveryWorld['tell'] = (news, { id, kind, biller_id: billerId }, { partner, patch }) => {
    const parked = patch?.result as { code?: string; reason?: string } | undefined;
    const why = news === 'parked' ? { deliveryId: id, kind, code: parked?.code, reason: parked?.reason } : partner;
    this.log[news === 'resumed' ? 'info' : 'warn']({ billerId, ...why }, WORDS[news]);
    this.told.add(1, { news, 'ic.biller': billerId });
    if (news === 'parked') return; // it is on the list of what is parked
    const entry = { actor: 'host', action: `biller.${news}`, subject: billerId, details: { ...partner } };
    audit(this.database.db, entry).catch((error) => this.log.error({ err: error }, 'the audit could not be written'));
  };

  failedUnexpectedly(error: unknown): AdapterError {
    this.log.error({ err: error }, 'an adapter threw something else than an AdapterError');
    return new AdapterError('unknown-outcome', 'the adapter failed unexpectedly', { code: 'adapter-failed' });
  }

  /** An adapter that isn't there, or lacks the contract, is the biller's settings being wrong. */
  private async contract<Name extends 'payment-sink' | 'enrollment-sink'>(billerId: string, name: Name) {
    try {
      return await this.scopes.contract(billerId, name);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new AdapterError('misconfigured', error.message, { code: error.code });
    }
  }
}
