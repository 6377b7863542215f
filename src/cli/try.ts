/** `ic-host try PLUGIN CONTRACT.METHOD JSON`: one call of one adapter, without a host or a database. */
import type { BillerUnderTest } from '@ic-host/contracts/suite';
import type { Command } from 'commander';
import type { Tried } from '../verify/try-call.js';
import { jsonObject, partnerIn } from './option-values.js';
import { describeUse, printJson } from './terminal.js';

function print({ exchanges, result, error, ms, hostWould }: Tried): void {
  for (const { operation, url, request, status, response, durationMs } of exchanges) {
    console.log(`→ ${operation} ${url}`);
    if (request) console.log(`  ${request}`);
    console.log(`← ${status ?? 'no answer'} after ${durationMs} ms`);
    if (response) console.log(`  ${response}`);
  }
  console.log('');
  if (error) console.log(`failed as ${error.kind} [${error.code}]: ${error.message}`);
  else console.log(JSON.stringify(result, null, 2));
  if (error?.partnerMessages.length) console.log(`the partner said: ${error.partnerMessages.join('; ')}`);
  console.log(`\n${ms} ms. The host would ${error ? `act so: ${hostWould}` : hostWould}.`);
}

export function tryCommand(program: Command): void {
  const command = program
    .command('try')
    .argument('<plugin>', 'folder of an adapter, or id of a loaded one')
    .argument('<call>', 'CONTRACT.METHOD, such as payment-sink.post; a wrong one names them all')
    .argument('[json]', 'its arguments', jsonObject, {})
    .description('make one call to one adapter and show the exchange, without a host or a database')
    .option('--settings <file>', 'a partner of yours: { "settings": { … }, "options": { … } }; else the stand-in')
    .option('--manifest <file>', 'which adapters an id is looked for among', 'adapter.manifest.json')
    .option('--allow-private-egress', 'with --settings: a partner at a private address')
    .option('--json', 'for programs')
    .action(async (plugin: string, call: string, given: Record<string, unknown>, options) => {
      // Loaded when it is run: the command line's help and completion must be quick.
      const [{ contractConfigOf }, { tryCall }, { adapterNamed }] = await Promise.all([
        import('../verify/contract-config.js'),
        import('../verify/try-call.js'),
        import('./adapter-named.js'),
      ]);
      const adapter = await adapterNamed(plugin, options.manifest);
      const own = options.settings ? partnerIn(options.settings) : undefined;
      const partner = own ? undefined : await (await contractConfigOf(adapter)).start({ key: 'a key to try with' });
      const biller: BillerUnderTest = partner?.biller ?? { billerId: 'try', guid: 'try', settings: {}, ...own };
      const allowPrivate = !own || Boolean(options.allowPrivateEgress);
      try {
        const tried = await tryCall(adapter, biller, call, given, allowPrivate);
        if (options.json) printJson(tried);
        else print(tried);
        process.exitCode = tried.error ? 1 : 0;
      } finally {
        await partner?.close();
      }
    });
  describeUse(
    command,
    [
      `try plugins/britecore rtdr-provider.lookUp '{"accountNumber":"FM4000264061"}'`,
      `try britecore document-provider.fetch '{"invoiceNumber":"INV-1"}' --settings partner.json`,
    ],
    { 0: 'it answered', 1: 'it failed; how the host would act is said' },
  );
}
