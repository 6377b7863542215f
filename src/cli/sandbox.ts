/** `ic-host sandbox PLUGIN`: serves an adapter's own stand-in partner. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadAdapter, loadAdapters, sandboxOf } from '../adapters/adapter-registry.js';

export function sandboxCommand(program: Command): void {
  program
    .command('sandbox')
    .argument('<plugin>', 'id of a loaded adapter, or a folder')
    .description('serve an adapter’s own stand-in partner')
    .option('--port <number>', 'port; 0 picks one', Number, 0)
    .option('--manifest <file>', 'which adapters to load', 'adapter.manifest.json')
    .action(async (plugin: string, options) => {
      const adapter = existsSync(plugin)
        ? await loadAdapter(resolve(plugin), process.cwd())
        : (await loadAdapters(options.manifest)).get(plugin);
      if ('faults' in adapter)
        throw new Error(`the adapter ${plugin} can't be loaded; see: ic-host adapters ${plugin}`);
      const sandbox = await (await sandboxOf(adapter))({ port: options.port });
      console.log(JSON.stringify({ url: sandbox.url, biller: sandbox.biller, example: sandbox.example }, null, 2));
      process.on('SIGINT', () => process.exit(0)).on('SIGTERM', () => process.exit(0));
    });
}
