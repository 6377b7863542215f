/** The latest result of the contract suite, kept beside the adapter's code, for the console to show. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONTRACT_NAMES } from '@ic-host/contracts';
import type { LoadedAdapter } from '../adapters/adapter-registry.js';
import type { SuiteReport } from './report.js';

type Kept = SuiteReport & { quick: boolean };

const folderOf = ({ folder, manifest }: LoadedAdapter): string => dirname(join(folder, manifest.entry));
const fileOf = (adapter: LoadedAdapter): string => join(folderOf(adapter), 'contract-suite.json');

/** @param quick the slow checks were left out */
export function keepReport(adapter: LoadedAdapter, report: SuiteReport, quick: boolean): void {
  writeFileSync(fileOf(adapter), `${JSON.stringify({ ...report, quick }, null, 2)}\n`);
}

export interface SuiteResult {
  at: string;
  version: string;
  quick: boolean;
  /** The adapter was built again since then. */
  outdated: boolean;
  passed: number;
  failed: number;
  skipped: number;
  contracts: { contract: string; passed: number; failed: number; skipped: number }[];
  failures: { contract: string; id: string; title: string; message: string }[];
}

/** Null where the suite was not run here. */
export function keptReport(adapter: LoadedAdapter): SuiteResult | null {
  let kept: Kept;
  try {
    kept = JSON.parse(readFileSync(fileOf(adapter), 'utf8'));
  } catch {
    return null;
  }
  const { at, quick, passed, failed, skipped, checks } = kept;
  const built = readdirSync(folderOf(adapter))
    .filter((name) => name.endsWith('.js'))
    .map((name) => statSync(join(folderOf(adapter), name)).mtimeMs);
  return {
    ...{ at, version: kept.adapter.version, quick, passed, failed, skipped },
    outdated: kept.adapter.version !== adapter.manifest.version || Math.max(...built) > Date.parse(at),
    contracts: CONTRACT_NAMES.flatMap((contract) => {
      const own = checks.filter((check) => check.contract === contract);
      const count = (state: string) => own.filter((check) => check.state === state).length;
      return own.length
        ? [{ contract, passed: count('passed'), failed: count('failed'), skipped: count('skipped') }]
        : [];
    }),
    failures: checks
      .filter((check) => check.state === 'failed')
      .map(({ contract, id, title, message }) => ({ contract, id, title, message })),
  };
}
