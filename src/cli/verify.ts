/** `ic-host verify PLUGIN`: runs the contract suite on one adapter. */
import type { Command } from 'commander';
import { contractConfigOf } from '../verify/contract-config.js';
import { reportOf, resultLines, writeReports } from '../verify/report.js';
import { verifyAdapter } from '../verify/verify-adapter.js';
import { adapterNamed } from './adapter-named.js';

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .argument('<plugin>', 'folder of an adapter, or id of a loaded one')
    .description('run the contract suite on one adapter')
    .option('--manifest <file>', 'which adapters an id is looked for among', 'adapter.manifest.json')
    .option('--only <text>', 'only checks whose contract/id holds this')
    .option('--report <folder>', 'write junit.xml, report.json and report.html')
    .option('--json', 'print the report for programs')
    .addHelpText('after', '\nExit status: 0 all that was checked holds, 1 something does not, 2 it could not be run.')
    .action(async (plugin: string, options) => {
      const adapter = await adapterNamed(plugin, options.manifest);
      const config = await contractConfigOf(adapter);
      let contract = '';
      const results = await verifyAdapter(adapter, config, {
        ...(options.only ? { choose: (check) => `${check.contract}/${check.id}`.includes(options.only) } : {}),
        onResult: (result) => {
          if (options.json) return;
          if (result.check.contract !== contract) console.log(`\n${result.check.contract}`);
          contract = result.check.contract;
          for (const line of resultLines(result)) console.log(line);
        },
      });
      const report = reportOf(adapter.manifest, results);
      if (options.report) writeReports(options.report, report);
      if (options.json) console.log(JSON.stringify(report, null, 2));
      else {
        const { passed, failed, skipped, ms } = report;
        console.log(`\n${passed} hold, ${failed} do not, ${skipped} not checked, ${(ms / 1000).toFixed(1)} s`);
        if (options.report) console.log(`report: ${options.report}/report.html`);
      }
      process.exitCode = report.failed ? 1 : 0;
    });
}
