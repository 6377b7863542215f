/** `npm run make:invoice-file -- --invoices N`: writes a valid invoice file of BriteCore's. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { invoiceFile } from './invoice-file-maker.js';
import { DEMONSTRATION_BILLER } from './sandbox.js';

const { values } = parseArgs({
  options: {
    invoices: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    layout: { type: 'string', default: 'grouped' },
    changed: { type: 'string', default: '0' },
    biller: { type: 'string', default: DEMONSTRATION_BILLER.billerId },
    guid: { type: 'string', default: DEMONSTRATION_BILLER.guid },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(`Writes a valid invoice file.

  --invoices N       how many (1000)
  --seed S           the same seed, the same bytes (1)
  --layout L         grouped or flat (grouped)
  --changed PERCENT  of the invoices with another amount than without it: the next day's file (0)
  --biller ID        in the file's name (the demonstration's)
  --guid GUID        BillerGUID (the demonstration's)
  --out FILE         BILLER_11232026.JSON when left out`);
  process.exit(0);
}
const [invoices, seed, changedPercent] = [values.invoices, values.seed, values.changed].map(Number) as [
  number,
  number,
  number,
];
const { layout } = values;
if (!Number.isSafeInteger(invoices) || invoices < 0 || !Number.isSafeInteger(seed) || !(changedPercent >= 0))
  throw new Error('--invoices and --seed are whole numbers, --changed a percentage');
if (layout !== 'grouped' && layout !== 'flat') throw new Error('--layout is grouped or flat');
const file = values.out ?? `${values.biller}_11232026.JSON`;
const recipe = { invoices, seed, layout, changedPercent, billerGuid: values.guid } as const;
await pipeline(Readable.from(invoiceFile(recipe)), createWriteStream(file));
console.log(file);
