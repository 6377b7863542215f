/** `ic-host shadow BILLER [switch]`: in what a biller's shadow differs, whether it is ready, and the switch. */
import { answerOf } from '@ic-host/client';
import { Argument, type Command } from 'commander';
import { connect, hostCommand } from './connection.js';
import { describeUse, paint, printJson, printTable } from './terminal.js';

export function shadowCommand(program: Command): void {
  const command = hostCommand(program, 'shadow', 'compare a biller with its shadow, and switch when it is ready')
    .argument('<biller>', 'id of the biller')
    .addArgument(new Argument('[action]', 'what to do').choices(['show', 'switch']).default('show'))
    .option('--reason <text>', 'why; kept in the audit')
    .action(async (billerId: string, action: string, options) => {
      const host = connect(options);
      const params = { path: { billerId } };
      const url = '/v1/billers/{billerId}/shadow';
      const body = options.reason ? { reason: options.reason } : {};
      const report = await answerOf(
        action === 'switch' ? host.POST(`${url}/switch`, { params, body }) : host.GET(url, { params }),
      );
      if (options.json) return printJson(report);
      console.log(`${action === 'switch' ? 'switched; ' : ''}its shadow is ${report.shadow}`);
      console.log(report.ready ? paint.green(report.says) : report.says);
      if (report.fields.length)
        printTable(
          ['in a', 'field', 'times', 'now', 'shadow', 'latest'],
          report.fields.map(({ kind, field, runs, latest }) => [
            ...[kind, field, String(runs), latest.first ?? '(nothing)', latest.second ?? '(nothing)', latest.subject],
          ]),
        );
      printTable(
        ['day', 'compared', 'differing'],
        report.trend.map(({ day, runs, differing }) => [day, String(runs), String(differing)]),
      );
    });
  describeUse(command, ['shadow 1663', 'shadow 1663 switch --reason "nothing differed for a week"']);
}
