/** `npm run docs:faults`: writes the table of docs/fault-matrix.md anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { matrixTable } from './fault-matrix.js';

const FILE = 'docs/fault-matrix.md';
const kept = readFileSync(FILE, 'utf8').replace(/(?:^\|.*\n)+/m, () => `${matrixTable()}\n`);
writeFileSync(FILE, kept);
