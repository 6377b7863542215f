/** `ic-host adapters [PATH]`: what the manifest loads, or what is wrong with one adapter. */
import { resolve } from 'node:path';
import Table from 'cli-table3';
import type { Command } from 'commander';
import { loadAdapter, loadAdapters } from '../adapters/adapter-registry.js';
import { faultText } from '../adapters/check-manifest.js';

export function adaptersCommand(program: Command): void {
  program
    .command('adapters')
    .argument('[path]', 'one adapter to check')
    .description('list the adapters the manifest loads; with a path, check that one')
    .option('--manifest <file>', 'which adapters to load', 'adapter.manifest.json')
    .option('--json', 'for programs')
    .action(async (path: string | undefined, options) => {
      const rows = path
        ? [await loadAdapter(resolve(path), process.cwd())]
        : await loadAdapters(options.manifest).then(({ loaded, quarantined }) => [...loaded.values(), ...quarantined]);
      const table = new Table({ head: ['id', 'version', 'contracts', 'health'], style: { head: [], border: [] } });
      const shown = rows.map((row) =>
        'faults' in row
          ? { id: row.id ?? row.source, version: null, contracts: [], health: 'quarantined', faults: row.faults }
          : {
              id: row.manifest.id,
              version: row.manifest.version,
              contracts: row.manifest.contracts.map(({ name }) => name),
              health: 'loaded',
              faults: [],
            },
      );
      if (options.json) console.log(JSON.stringify(shown, null, 2));
      else {
        for (const row of shown) table.push([row.id, row.version ?? '', row.contracts.join('\n'), row.health]);
        console.log(table.toString());
        for (const fault of shown.flatMap((row) => row.faults)) console.error(faultText(fault));
      }
      if (shown.some((row) => row.faults.length)) process.exitCode = 1;
    });
}
