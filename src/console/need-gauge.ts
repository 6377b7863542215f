/** How much needs a person, as the console's first page says it: counted when the metrics are read. */
import type { ObservableResult } from '@opentelemetry/api';
import { inject, injectable } from 'inversify';
import { ADAPTERS, type AdapterRegistry } from '../adapters/adapter-registry.js';
import { DATABASE, type Database } from '../store/database.js';
import { observedGauge } from '../telemetry/gauge.js';
import { LOG, type Log } from '../telemetry/log.js';
import { countNeeds } from './needs.js';

@injectable()
export class NeedGauge {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(ADAPTERS) private readonly adapters: AdapterRegistry,
    @inject(LOG) private readonly log: Log,
  ) {}

  /** @returns ends it */
  start(): () => void {
    const description =
      'What needs a person: billers, tokens, and adapters that this host did not load, by kind of need';
    const gauge = observedGauge('needs', description);
    const read = async (result: ObservableResult): Promise<void> => {
      try {
        const counts = await countNeeds(this.database.db, this.adapters.quarantined);
        for (const [kind, count] of counts) result.observe(count, { kind });
      } catch (error) {
        this.log.warn({ err: error }, 'what needs a person could not be counted');
      }
    };
    gauge.addCallback(read);
    return () => gauge.removeCallback(read);
  }
}
