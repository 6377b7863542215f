/** `npm run simulate -- --seeds N --from S`, or `-- --seed S` to see one history again; `--mutant NAME` breaks the engine. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { firstBroken, type History, MUTANTS, type Mutant, simulate } from './simulate.js';

/** One thread's share: histories leave calls behind that never end, and these go with their thread. */
const BLOCK = 10_000;

interface Block {
  from: number;
  seeds: number;
  mutant: Mutant | undefined;
}

/** Seeds in blocks, as many at once as there are cores. @returns the lowest broken history of those found */
async function simulateAll(first: number, seeds: number, mutant: Mutant | undefined): Promise<History | undefined> {
  const behind = first + seeds;
  let next = first;
  let ended = 0;
  const broken: History[] = [];
  const runBlock = (workerData: Block): Promise<History | undefined> =>
    new Promise((done, fail) => {
      const worker = new Worker(new URL(import.meta.url), { workerData });
      worker.once('message', done).once('error', fail);
    });
  const lane = async (): Promise<void> => {
    while (next < behind && broken.length === 0) {
      const block = { from: next, seeds: Math.min(BLOCK, behind - next), mutant };
      next += block.seeds;
      const found = await runBlock(block);
      if (found) broken.push(found);
      ended += block.seeds;
      if (seeds > BLOCK) console.error(`${ended} of ${seeds}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return broken.sort((a, b) => a.seed - b.seed)[0];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ...{ seeds: { type: 'string' }, from: { type: 'string' }, seed: { type: 'string' } },
      mutant: { type: 'string' },
    },
  });
  if (values.mutant && !MUTANTS.includes(values.mutant as Mutant)) {
    console.error(`no mutant ${values.mutant}; there are ${MUTANTS.join(', ')}`);
    process.exit(2);
  }
  const mutant = values.mutant as Mutant | undefined;
  const started = performance.now();
  const seeds = Number(values.seeds ?? 10_000);
  const first = Number(values.from ?? 1);
  const history = values.seed ? await simulate(Number(values.seed), mutant) : await simulateAll(first, seeds, mutant);
  if (history && (history.broken || values.seed)) {
    for (const line of history.trace) console.log(line);
    console.log(`seed ${history.seed}, ${history.steps} steps: ${history.broken ?? 'nothing broke'}`);
  } else
    console.log(
      `${seeds} seeds from ${first} on, nothing broke, ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
  process.exit(history?.broken ? 1 : 0);
}

if (isMainThread) await main();
else {
  const { from, seeds, mutant } = workerData as Block;
  parentPort?.postMessage(await firstBroken(seeds, mutant, from));
  process.exit(0);
}
