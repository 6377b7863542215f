/** `npm run fuzz -- --files N --seed S`: spoils N invoice files; seed S is the first one. */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.js';

const { values } = parseArgs({ options: { files: { type: 'string' }, seed: { type: 'string' } } });
const started = performance.now();
const figures = await fuzz(Number(values.files ?? 200_000), Number(values.seed ?? 1));
console.log(JSON.stringify(figures, null, 2));
console.log(`nothing went wrong, ${((performance.now() - started) / 1000).toFixed(0)} s`);
