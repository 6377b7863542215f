/** `ic-host reconcile BILLER`: what is held against what the partner says. */
import { setTimeout as wait } from 'node:timers/promises';
import { answerOf } from '@ic-host/client';
import type { Command } from 'commander';
import { connect, hostCommand } from './connection.js';
import { wholeNumber } from './option-values.js';
import { describeUse, EXIT, paint, printJson, printTable } from './terminal.js';

const LOOK_EVERY_MS = 500;
const TONES: Record<string, (text: string) => string> = { lost: paint.red, 'by-hand': paint.yellow };

export function reconcileCommand(program: Command): void {
  const command = hostCommand(program, 'reconcile', 'compare what is held with what the partner says')
    .argument('<biller>', 'id of the biller')
    .option('--accounts <number>', 'so many, at random; all when left out', wholeNumber(1))
    .option('--repair', 'refresh what is late here, and send again what is not there, where a repeat is safe')
    .action(async (billerId: string, options) => {
      const host = connect(options);
      const url = '/v1/billers/{billerId}/reconciliations';
      const body = { ...(options.accounts ? { accounts: options.accounts } : {}), repair: Boolean(options.repair) };
      const { id } = await answerOf(host.POST(url, { params: { path: { billerId } }, body }));
      const path = { billerId, reconciliationId: id };
      let run = await answerOf(host.GET(`${url}/{reconciliationId}`, { params: { path } }));
      while (run.state === 'running') {
        await wait(LOOK_EVERY_MS);
        run = await answerOf(host.GET(`${url}/{reconciliationId}`, { params: { path } }));
      }
      if (run.details.some(({ repaired }) => !repaired) || run.state === 'failed') process.exitCode = EXIT.failed;
      if (options.json) return printJson(run);
      console.log(
        `${run.accounts} accounts asked for, ${run.unanswered} not answered: ${run.findings} differences, ${run.repaired} mended`,
      );
      if (run.problem) console.log(paint.red(run.problem));
      if (run.details.length)
        printTable(
          ['kind', 'cause', 'account', 'of', 'ours', 'theirs', ''],
          run.details.map(({ kind, cause, accountNumber, subject, ours, theirs, repaired }) => [
            ...[kind, (TONES[cause] ?? paint.dim)(cause), accountNumber, subject ?? '', ours ?? '–', theirs ?? '–'],
            repaired ? 'mended' : '',
          ]),
        );
    });
  describeUse(command, ['reconcile 1663', 'reconcile 1663 --accounts 200 --repair', 'reconcile 1663 --json'], {
    0: 'nothing differs, or all of it was mended',
    1: 'something differs, or it could not be ended',
  });
}
