/** A contract config for a real partner: an engineer's own settings, and what is there to be read. */
import type { ContractConfig, PartnerUnderTest } from '@ic-host/contracts/suite';

/** How a file names a partner of an engineer's own. */
export interface LivePartner {
  settings: Record<string, string>;
  options?: Record<string, unknown>;
  billerId?: string;
  guid?: string;
  known?: PartnerUnderTest['known'];
}

/** @param own the adapter's own config, whose further checks are run, too */
export function liveConfig(
  { billerId = 'live', guid = 'live', settings, options, known }: LivePartner,
  own: ContractConfig | undefined,
): ContractConfig {
  return {
    ...(own?.checks ? { checks: own.checks } : {}),
    single: true,
    start: async () => ({
      biller: { billerId, guid, settings, ...(options ? { options } : {}) },
      ...(known ? { known } : {}),
      close: async () => undefined,
    }),
  };
}
