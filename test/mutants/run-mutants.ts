/** Runs the contract suite on every wrong adapter: each must be caught by a check that names its mistake. */
import { readFileSync } from 'node:fs';
import type { AdapterManifest } from '@ic-host/contracts';
import type { CheckResult } from '@ic-host/contracts/suite';
import { MUTANTS, type Mutant } from '@ic-host/contracts/suite/mutants';
import config from '@ic-host/contracts/template/contract.config';
import right from '@ic-host/contracts/template/src/adapter';
import type { LoadedAdapter } from '../../src/adapters/adapter-registry.js';
import { verifyAdapter } from '../../src/verify/verify-adapter.js';

const manifest = JSON.parse(readFileSync('contracts/template/adapter.manifest.json', 'utf8')) as AdapterManifest;
const adapter: LoadedAdapter = {
  source: 'acme',
  pinned: false,
  folder: 'contracts/template',
  manifest,
  module: right.module,
};

export interface Caught {
  mutant: Mutant;
  /** The check that failed, of those that name the mistake; undefined: the mutant survives. */
  by: CheckResult | undefined;
}

export async function runMutant(mutant: Mutant): Promise<Caught> {
  const { module } = mutant.module;
  const results = await verifyAdapter(
    { ...adapter, module, manifest: mutant.manifest?.(manifest) ?? manifest },
    config,
    {
      choose: ({ contract, id }) => contract === mutant.contract && mutant.caughtBy.includes(id),
    },
  );
  if (results.length < mutant.caughtBy.length)
    throw new Error(`${mutant.mistake}: the suite lacks one of the checks ${mutant.caughtBy.join(', ')}`);
  return { mutant, by: results.find(({ state }) => state === 'failed') };
}

/** The right adapter that all mutants are made of. @param quick without the slow checks, many beside one another */
export const runRight = (quick = false): Promise<CheckResult[]> =>
  verifyAdapter(adapter, config, quick ? { choose: ({ slow }) => !slow, atOnce: 16 } : {});

export { MUTANTS };
