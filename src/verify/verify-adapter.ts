/** Runs the contract suite on an adapter of this machine. */
import type { CallFixture } from '@ic-host/contracts';
import { type Check, type CheckResult, type ContractConfig, runSuite } from '@ic-host/contracts/suite';
import type { LoadedAdapter } from '../adapters/adapter-registry.js';
import { AdapterBench } from './adapter-bench.js';
import { fixturesOf } from './contract-config.js';

export interface VerifyOptions {
  choose?: (check: Check) => boolean;
  /** The adapter's own when left out. */
  fixtures?: readonly CallFixture[];
  /** False at a live partner, unless whoever runs it says otherwise. */
  allowWrites?: boolean;
  allowPrivate?: boolean;
  /** How many checks run beside one another. */
  atOnce?: number;
  onResult?: (result: CheckResult) => void;
}

export async function verifyAdapter(
  adapter: LoadedAdapter,
  config: ContractConfig,
  {
    choose,
    fixtures = fixturesOf(adapter),
    allowWrites = true,
    allowPrivate = true,
    atOnce = 1,
    onResult,
  }: VerifyOptions = {},
): Promise<CheckResult[]> {
  const host = await AdapterBench.start(adapter, { allowPrivate });
  const results: CheckResult[] = [];
  try {
    const run = {
      manifest: adapter.manifest,
      config,
      host,
      fixtures,
      allowWrites,
      atOnce,
      ...(choose ? { choose } : {}),
    };
    for await (const result of runSuite(run)) {
      results.push(result);
      onResult?.(result);
    }
  } finally {
    await host.close();
  }
  return results;
}
