/** `ic-host enroll BILLER ACCOUNT KIND STATE`: wishes paperless or autopay on or off. */
import { answerOf } from '@ic-host/client';
import { Argument, type Command } from 'commander';
import { connect, hostCommand } from './connection.js';
import { describeUse, printJson, stateText } from './terminal.js';

export function enrollCommand(program: Command): void {
  const command = hostCommand(program, 'enroll', 'wish paperless or autopay on or off')
    .argument('<biller>', 'id of the biller')
    .argument('<account>', 'number of the account')
    .addArgument(new Argument('<kind>', 'of the enrollment').choices(['paperless', 'autopay']))
    .addArgument(new Argument('<state>', 'that is wished').choices(['on', 'off']))
    .action(async (billerId: string, accountNumber: string, kind: 'paperless' | 'autopay', state: string, options) => {
      const url = `/v1/billers/{billerId}/accounts/{accountNumber}/enrollments/${kind}` as const;
      const wish = await answerOf(
        connect(options).PUT(url, {
          params: { path: { billerId, accountNumber } },
          body: { enabled: state === 'on' },
        }),
      );
      if (options.json) return printJson(wish);
      console.log(`${kind} ${state} for ${accountNumber}: ${stateText(wish.state)}; the partner ends on the last wish`);
    });
  describeUse(command, ['enroll 1663 FM4000264061 autopay on', 'enroll 1663 FM4000264061 paperless off --json']);
}
