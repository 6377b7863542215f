/** `npm run docs`: writes the pages that are made from the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { matrixTable } from '../faults/fault-matrix.js';
import { contractReference, errorKinds } from './reference.js';

const MATRIX = 'docs/fault-matrix.md';
writeFileSync(
  MATRIX,
  readFileSync(MATRIX, 'utf8').replace(/(?:^\|.*\n)+/m, () => `${matrixTable()}\n`),
);
writeFileSync('docs/contract-reference.md', contractReference());
writeFileSync('docs/error-kinds.md', errorKinds());
