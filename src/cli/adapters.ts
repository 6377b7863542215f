/** `ic-host adapters [PATH]`: what the manifest loads, or what is wrong with one adapter. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { describeUse, printJson, printTable, stateText } from './terminal.js';

export function adaptersCommand(program: Command): void {
  const command = program
    .command('adapters')
    .argument('[path]', 'one adapter to check')
    .description('list the adapters the manifest loads; with a path, check that one')
    .option('--manifest <file>', 'which adapters to load', 'adapter.manifest.json')
    .option('--pin', 'print the manifest’s entries with what pins each adapter’s files as they are now')
    .option('--json', 'for programs')
    .action(async (path: string | undefined, options) => {
      // Loaded when it is run: the command line's help and completion must be quick.
      const { loadAdapter, loadAdapters } = await import('../adapters/adapter-registry.js');
      const { faultText } = await import('../adapters/check-manifest.js');
      const rows = path
        ? [await loadAdapter({ source: resolve(path) }, process.cwd())]
        : await loadAdapters(options.manifest).then(({ loaded, quarantined }) => [...loaded.values(), ...quarantined]);
      if (options.pin) {
        const { integrityOf } = await import('../adapters/integrity.js');
        const pinned = rows.flatMap((row) =>
          'faults' in row ? [] : [{ source: row.source, integrity: integrityOf(row.folder) }],
        );
        return printJson(pinned);
      }
      const shown = rows.map((row) =>
        'faults' in row
          ? {
              id: row.id ?? row.source,
              version: null,
              contracts: [],
              health: 'quarantined',
              pinned: false,
              isolated: false,
              faults: row.faults,
            }
          : {
              id: row.manifest.id,
              version: row.manifest.version,
              contracts: row.manifest.contracts.map(({ name }) => name),
              health: 'loaded',
              pinned: row.pinned,
              isolated: row.isolated !== undefined,
              faults: [],
            },
      );
      if (options.json) printJson(shown);
      else {
        printTable(
          ['id', 'version', 'contracts', 'health', 'pinned', 'isolated'],
          shown.map((row) => [
            row.id,
            row.version ?? '',
            row.contracts.join(', '),
            stateText(row.health),
            ...[row.pinned, row.isolated].map((is) => (is ? 'yes' : 'no')),
          ]),
        );
        for (const fault of shown.flatMap((row) => row.faults)) console.error(faultText(fault));
      }
      if (shown.some((row) => row.faults.length)) process.exitCode = 1;
    });
  describeUse(command, ['adapters', 'adapters plugins/britecore', 'adapters --pin', 'adapters --json'], {
    1: 'an adapter can’t be loaded; what is wrong is said',
  });
}
