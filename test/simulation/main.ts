/** `npm run simulate -- --seeds N`, or `-- --seed S` to see one history again; `--mutant NAME` breaks the engine. */
import { parseArgs } from 'node:util';
import { firstBroken, MUTANTS, type Mutant, simulate } from './simulate.js';

const { values } = parseArgs({
  options: { seeds: { type: 'string' }, seed: { type: 'string' }, mutant: { type: 'string' } },
});
if (values.mutant && !MUTANTS.includes(values.mutant as Mutant)) {
  console.error(`no mutant ${values.mutant}; there are ${MUTANTS.join(', ')}`);
  process.exit(2);
}
const mutant = values.mutant as Mutant | undefined;
const started = performance.now();
const seeds = Number(values.seeds ?? 10_000);
const history = values.seed ? await simulate(Number(values.seed), mutant) : await firstBroken(seeds, mutant);
if (history && (history.broken || values.seed)) {
  for (const line of history.trace) console.log(line);
  console.log(`seed ${history.seed}, ${history.steps} steps: ${history.broken ?? 'nothing broke'}`);
} else console.log(`${seeds} seeds, nothing broke, ${((performance.now() - started) / 1000).toFixed(1)} s`);
process.exit(history?.broken ? 1 : 0);
