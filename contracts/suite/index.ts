/** The contract suite: what `ic-host verify` runs, and what an adapter brings to it. */
export {
  type Check,
  type CheckContext,
  CheckFailure,
  CheckSkipped,
  ensure,
  equal,
  errorOf,
  expectKind,
  fail,
  skip,
} from './check.js';
export * from './contract-config.js';
export * from './recorded-calls.js';
export { CHECKS, type CheckResult, runSuite, type SuiteRun } from './run-suite.js';
export * from './suite-host.js';
