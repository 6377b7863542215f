/** `npm run test:pairs -- [N]`: N pairs (200) against the real Tryton; exit 1 unless each payment is on the ledger once. */
import { postPairs } from './post-pairs.js';

const pairs = Number(process.argv[2] ?? 200);
const told = await postPairs(pairs, (done) => {
  if (done % 50 === 0) console.error(`${done} of ${pairs} pairs`);
});
console.log(JSON.stringify(told, null, 2));
process.exit(told.onLedgerOnce === pairs && told.otherwise.length === 0 && told.repeatsDuplicate === 2 * pairs ? 0 : 1);
