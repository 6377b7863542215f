/** `npm run test:mutants`: the table of wrong adapters, and which check catches each. A survivor ends it with 1. */
import Table from 'cli-table3';
import { MUTANTS, runMutant, runRight } from './run-mutants.js';

const table = new Table({
  head: ['contract', 'mistake', 'caught by', 'it says'],
  colWidths: [22, 44, 24, 70],
  wordWrap: true,
});
let survivors = 0;
for (const mutant of MUTANTS) {
  const { by } = await runMutant(mutant);
  if (!by) survivors++;
  const said = by?.message.split('\n')[0] ?? '';
  table.push([mutant.contract, mutant.mistake, by?.check.id ?? 'SURVIVES', said.slice(0, 200)]);
  process.stderr.write(by ? '.' : 'S');
}
process.stderr.write('\n');
const wrong = (await runRight()).filter(({ state }) => state === 'failed');
console.log(table.toString());
for (const { check, message } of wrong)
  console.log(`the right adapter fails ${check.contract}/${check.id}: ${message}`);
console.log(`${MUTANTS.length} wrong adapters, ${survivors} survive; the right one fails ${wrong.length} checks`);
process.exit(survivors + wrong.length ? 1 : 0);
