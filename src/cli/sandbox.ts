/** `ic-host sandbox PLUGIN`: serves an adapter's own stand-in partner. */
import type { Command } from 'commander';
import { sandboxOf } from '../adapters/adapter-registry.js';
import { adapterNamed } from './adapter-named.js';

export function sandboxCommand(program: Command): void {
  program
    .command('sandbox')
    .argument('<plugin>', 'id of a loaded adapter, or a folder')
    .description('serve an adapter’s own stand-in partner')
    .option('--port <number>', 'port; 0 picks one', Number, 0)
    .option('--manifest <file>', 'which adapters to load', 'adapter.manifest.json')
    .action(async (plugin: string, options) => {
      const adapter = await adapterNamed(plugin, options.manifest);
      const sandbox = await (await sandboxOf(adapter))({ port: options.port });
      console.log(JSON.stringify({ url: sandbox.url, biller: sandbox.biller, example: sandbox.example }, null, 2));
      process.on('SIGINT', () => process.exit(0)).on('SIGTERM', () => process.exit(0));
    });
}
