/** A contract config for a real partner: an engineer's own settings, and what is there to be read. */
import { readFileSync } from 'node:fs';
import type { ContractConfig, PartnerUnderTest } from '@ic-host/contracts/suite';

interface LiveSettings {
  settings: Record<string, string>;
  options?: Record<string, unknown>;
  billerId?: string;
  guid?: string;
  known?: PartnerUnderTest['known'];
}

/** @param own the adapter's own config, whose further checks are run, too */
export function liveConfig(file: string, own: ContractConfig | undefined): ContractConfig {
  const {
    billerId = 'live',
    guid = 'live',
    settings,
    options,
    known,
  } = JSON.parse(readFileSync(file, 'utf8')) as LiveSettings;
  if (typeof settings !== 'object') throw new Error(`${file} must hold { "settings": { … } }`);
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
