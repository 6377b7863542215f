/** An adapter that says what its sink was asked for. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../host-fixture.js';
import { CONTRACTS, writtenAdapter } from '../written-adapter.js';

/** @returns the manifest of a host with it, and what its sink was asked for, in order */
export function sinkAdapter(repeatSafety: string): { manifest: string; calls: () => string[] } {
  const log = join(temporaryFolder(), 'calls');
  writeFileSync(log, '');
  const manifest = writtenAdapter(
    `import { appendFileSync } from 'node:fs';
     import { adapterModule, PAYMENT_SINK } from ${CONTRACTS};
     const say = (word) => appendFileSync(${JSON.stringify(log)}, word + '\\n');
     export default adapterModule(({ bind }) => { bind(PAYMENT_SINK).toConstantValue({
       repeatSafety: '${repeatSafety}',
       async post() { say('post'); return { duplicate: false, partnerMessages: [] }; },
       async find() { say('find'); return { duplicate: false, confirmationNumber: 'found', partnerMessages: [] }; },
     }); });`,
    { contracts: [{ name: 'payment-sink', version: '1' }] },
  );
  return { manifest, calls: () => readFileSync(log, 'utf8').split('\n').filter(Boolean) };
}
