/** All wrong adapters that the suite must catch. */
import { clientMutants } from './client-mutants.js';
import { documentMutants } from './document-mutants.js';
import { enrollmentMutants } from './enrollment-mutants.js';
import { fileMutants } from './file-mutants.js';
import type { Mutant } from './mutant.js';
import { paymentMutants } from './payment-mutants.js';
import { rtdrMutants } from './rtdr-mutants.js';

export type { Mutant } from './mutant.js';
export const MUTANTS: readonly Mutant[] = [
  ...rtdrMutants,
  ...clientMutants,
  ...paymentMutants,
  ...enrollmentMutants,
  ...documentMutants,
  ...fileMutants,
];
