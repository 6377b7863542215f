/** `ic-host sandbox PLUGIN`: serves an adapter's own stand-in partner. */
import type { Command } from 'commander';
import { wholeNumber } from './option-values.js';
import { describeUse, printJson } from './terminal.js';

export function sandboxCommand(program: Command): void {
  const command = program
    .command('sandbox')
    .argument('<plugin>', 'id of a loaded adapter, or a folder')
    .description('serve an adapter’s own stand-in partner')
    .option('--port <number>', 'port; 0 picks one', wholeNumber(0, 65_535), 0)
    .option('--json', 'for programs; it is always so')
    .option('--manifest <file>', 'which adapters to load', 'adapter.manifest.json')
    .action(async (plugin: string, options) => {
      // Loaded when it is run: the command line's help and completion must be quick.
      const { sandboxOf } = await import('../adapters/adapter-registry.js');
      const { adapterNamed } = await import('./adapter-named.js');
      const adapter = await adapterNamed(plugin, options.manifest);
      const sandbox = await (await sandboxOf(adapter))({ port: options.port });
      printJson({ url: sandbox.url, biller: sandbox.biller, example: sandbox.example });
      process.on('SIGINT', () => process.exit(0)).on('SIGTERM', () => process.exit(0));
    });
  describeUse(command, ['sandbox britecore', 'sandbox plugins/britecore --port 9000'], {
    0: 'it was told to stop',
  });
}
