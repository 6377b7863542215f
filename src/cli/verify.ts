/** `ic-host verify PLUGIN`: runs the contract suite on one adapter. */
import type { Check, CheckResult } from '@ic-host/contracts/suite';
import { type Command, Option } from 'commander';
import { partnerIn } from './option-values.js';
import { describeUse, printJson } from './terminal.js';

/** Most checks wait for a partner, so that many go beside one another. */
const QUICK_AT_ONCE = 32;

const chosenBy =
  ({ only, quick }: { only?: string; quick?: boolean }) =>
  ({ contract, id, slow }: Check): boolean =>
    (!only || `${contract}/${id}`.includes(only)) && !(quick && slow && !only);

/** @param part `0/2` is every second one of those chosen, from the first on */
function partOf(part: string, chosen: (check: Check) => boolean): (check: Check) => boolean {
  const [own, parts] = part.split('/').map(Number) as [number, number];
  let index = 0;
  return (check) => chosen(check) && index++ % parts === own;
}

/** A change makes the exit status 1. */
function printDrift(changed: Map<string, string[]>): void {
  for (const [operation, drift] of changed) {
    console.log(`${operation}: ${drift.length ? '' : 'as it was'}`);
    for (const line of drift) console.log(`  ${line}`);
    if (drift.length) process.exitCode = 1;
  }
}

export function verifyCommand(program: Command): void {
  const command = program
    .command('verify')
    .argument('<plugin>', 'folder of an adapter, or id of a loaded one')
    .description('run the contract suite on one adapter')
    .option('--manifest <file>', 'which adapters an id is looked for among', 'adapter.manifest.json')
    .option('--only <text>', 'only checks whose contract/id holds this')
    .option('--quick', 'leave the slow checks out, and run the others beside one another')
    .option('--watch', 'build, and run the quick checks, whenever a file of the adapter is saved')
    .option('--report <folder>', 'write junit.xml, report.json and report.html')
    .option('--live', 'against a real partner, with --settings: the checks that only read')
    .option('--settings <file>', 'with --live: { "settings": { … }, "known": { "accountNumber", "invoiceNumber" } }')
    .option('--allow-writes', 'with --live: the checks that write, too')
    .option('--allow-private-egress', 'with --live: a partner at a private address, or over http')
    .option('--record <folder>', 'keep what the partner answers to the calls that read, masked')
    .option('--drift <folder>', 'tell what has changed in the form of its answers since they were kept')
    .option('--json', 'print the report for programs')
    .addOption(new Option('--stand-by <part/parts>', 'run this part whenever a line comes in; for --watch').hideHelp())
    .action(async (plugin: string, options) => {
      // Loaded when it is run: the command line's help and completion must be quick.
      if (options.watch)
        return (await import('../verify/watch-adapter.js')).watchAdapter(plugin, options.only, console.log);
      const [
        { adapterNamed },
        { contractConfigOf },
        { findDrift, recordExchanges },
        { keepReport },
        { liveConfig },
        { reportOf, resultLines, writeReports },
        { verifyAdapter },
      ] = await Promise.all([
        import('./adapter-named.js'),
        import('../verify/contract-config.js'),
        import('../verify/drift.js'),
        import('../verify/kept-report.js'),
        import('../verify/live-config.js'),
        import('../verify/report.js'),
        import('../verify/verify-adapter.js'),
      ]);
      if (options.live && !options.settings) throw new Error('--live needs --settings: the partner to speak to');
      if (options.standBy)
        return (await import('../verify/stand-by.js')).runOnEachLine(plugin, async () => {
          const fresh = await adapterNamed(plugin, options.manifest);
          const results = await verifyAdapter(fresh, await contractConfigOf(fresh), {
            ...{ choose: partOf(options.standBy, chosenBy(options)), atOnce: QUICK_AT_ONCE },
          });
          return reportOf(fresh.manifest, results);
        });
      const adapter = await adapterNamed(plugin, options.manifest);
      const config = options.live
        ? liveConfig(partnerIn(options.settings), await contractConfigOf(adapter).catch(() => undefined))
        : await contractConfigOf(adapter);
      const { only } = options;
      const allowPrivate = !options.live || Boolean(options.allowPrivateEgress);
      if (options.record || options.drift) {
        const partner = await config.start({ key: 'a key to ask with' });
        try {
          if (options.record)
            for (const file of await recordExchanges(adapter, partner, options.record, allowPrivate)) console.log(file);
          else printDrift(await findDrift(adapter, partner, options.drift, allowPrivate));
        } finally {
          await partner.close();
        }
        return;
      }
      let contract = '';
      const print = (result: CheckResult): void => {
        if (result.check.contract !== contract) console.log(`\n${result.check.contract}`);
        contract = result.check.contract;
        for (const line of resultLines(result)) console.log(line);
      };
      const results = await verifyAdapter(adapter, config, {
        choose: chosenBy(options),
        allowWrites: !options.live || Boolean(options.allowWrites),
        allowPrivate,
        atOnce: options.quick ? QUICK_AT_ONCE : 1,
        onResult: (result) => {
          if (!options.json && !options.quick) print(result);
        },
      });
      if (results.length === 0) throw new Error(`no check of ${adapter.manifest.id} has "${only}" in its contract/id`);
      const report = reportOf(adapter.manifest, results);
      if (options.report) writeReports(options.report, report);
      if (!options.live && !only) keepReport(adapter, report, Boolean(options.quick));
      if (options.json) printJson(report);
      else {
        // Those that ran beside one another came in no order.
        if (options.quick)
          for (const { name } of adapter.manifest.contracts)
            for (const result of results) if (result.check.contract === name) print(result);
        const { passed, failed, skipped, ms } = report;
        console.log(`\n${passed} hold, ${failed} do not, ${skipped} not checked, ${(ms / 1000).toFixed(1)} s`);
        if (options.report) console.log(`report: ${options.report}/report.html`);
      }
      process.exitCode = report.failed ? 1 : 0;
    });
  describeUse(
    command,
    [
      'verify plugins/britecore',
      'verify plugins/britecore --quick --watch',
      'verify britecore --only payment-sink --report report',
      'verify britecore --live --settings partner.json',
    ],
    { 0: 'all that was checked holds', 1: 'something does not hold, or it could not be run' },
  );
}
