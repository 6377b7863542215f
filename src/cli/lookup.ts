/** `ic-host lookup BILLER ACCOUNT`: asks the partner for an account now. */
import { answerOf, HostProblem } from '@ic-host/client';
import type { Command } from 'commander';
import { connect, hostCommand } from './connection.js';
import { describeUse, paint, printExplanation, printJson, printTable, stateText } from './terminal.js';

export function lookupCommand(program: Command): void {
  const command = hostCommand(program, 'lookup', 'ask the partner for an account now (RTDR)')
    .argument('<biller>', 'id of the biller')
    .argument('<account>', 'number of the account')
    .option('--explain', 'say why the customer can or can’t pay, and why each invoice is as it is')
    .option('--held', 'show what is held, without asking the partner')
    .action(async (billerId: string, accountNumber: string, options) => {
      const params = { path: { billerId, accountNumber } };
      const url = '/v1/billers/{billerId}/accounts/{accountNumber}';
      const host = connect(options);
      const account = await (options.held
        ? answerOf(host.GET(url, { params }))
        : answerOf(
            host.POST(`${url}/refresh`, {
              params: { ...params, ...(options.explain ? { query: { explain: 'true' } } : {}) },
            }),
          )
      ).catch((error: unknown) => {
        // Why it could not be looked up is just what was asked for.
        if (error instanceof HostProblem && error.explanation && !options.json) printExplanation(error.explanation);
        throw error;
      });
      if (options.json) return printJson(account);
      const { ach, card, reason } = account.paymentBlock;
      const blocked = [...(ach ? ['bank'] : []), ...(card ? ['card'] : [])];
      console.log(
        blocked.length
          ? paint.red(`can’t pay by ${blocked.join(' and ')}: ${reason ?? 'the partner gives no reason'}`)
          : 'may pay by bank and card',
      );
      if (account.problem) console.log(paint.yellow(`the partner could not be asked: ${account.problem.detail}`));
      if (account.explanation) printExplanation(account.explanation);
      console.log(`partner asked: ${account.refreshedAt ?? 'never'}\n`);
      const changed = new Map(account.changes.map(({ invoiceNumber, recordType }) => [invoiceNumber, recordType]));
      printTable(
        ['invoice', 'status', 'billed', 'due', 'total', 'balance', 'now'],
        account.invoices.map((invoice) => [
          ...[invoice.invoiceNumber, stateText(invoice.status), invoice.invoiceDate, invoice.invoiceDueDate],
          ...[invoice.totalAmountDue, invoice.balanceDue, changed.get(invoice.invoiceNumber) ?? ''],
        ]),
      );
    });
  describeUse(command, [
    'lookup 1663 FM4000264061',
    'lookup 1663 FM4000264061 --explain',
    'lookup 1663 FM4000264061 --held --json',
  ]);
}
