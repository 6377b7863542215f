/** `ic-host doctor`: finds what is wrong with a host, its database, its adapters and its billers' partners. */
import type { Command } from 'commander';
import { hostCommand } from './connection.js';
import type { DoctorOptions } from './doctor-checks.js';
import { describeUse, EXIT, paint, printJson, printTable, stateText } from './terminal.js';

export function doctorCommand(program: Command): void {
  const command = hostCommand(
    program,
    'doctor',
    'find what is wrong: host, token, clocks, database, manifests, port, data directory, and each biller’s partner',
  )
    .argument('[billers...]', 'ids of billers to check; all of them when left out')
    .option('--manifest <file>', 'which adapters the host loads', 'adapter.manifest.json')
    .action(async (billerIds: string[], options: DoctorOptions) => {
      // Loaded when it is run: the command line's help and completion must be quick.
      const { ofTheHost, ofThisMachine } = await import('./doctor-checks.js');
      const host = await ofTheHost(options, billerIds);
      // It took the token that is kept in the data directory: it is the host of that directory.
      const isItsOwn = !options.token && host.some(({ what, state }) => what === 'database' && state === 'ok');
      const lines = [...(await ofThisMachine(options, isItsOwn)), ...host];
      if (lines.some(({ state }) => state === 'failed')) process.exitCode = EXIT.failed;
      if (options.json) return printJson({ checks: lines });
      printTable(
        ['of', 'what', 'state', 'in words'],
        lines.map(({ of, what, setting, state, detail, code }) => [
          ...[of, setting ? `${what}: ${setting}` : what, stateText(state)],
          code ? `${detail} ${paint.dim(`[${code}]`)}` : detail,
        ]),
      );
      const toDo = lines.filter(({ advice }) => advice);
      console.log(toDo.length ? '\nWhat to do:' : `\n${paint.green('All is well.')}`);
      for (const { of, what, advice } of toDo) console.log(`  ${of}, ${what}: ${advice}`);
    });
  describeUse(command, ['doctor', 'doctor 1663', 'doctor --url https://host.example.com --json'], {
    1: 'something is wrong; what, and what to do, is said',
  });
}
