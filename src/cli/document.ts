/** `ic-host document BILLER INVOICE`: saves an invoice's PDF. */
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { answerOf } from '@ic-host/client';
import type { Command } from 'commander';
import { connect, hostCommand } from './connection.js';
import { describeUse, printJson } from './terminal.js';

export function documentCommand(program: Command): void {
  const command = hostCommand(program, 'document', 'save an invoice’s PDF')
    .argument('<biller>', 'id of the biller')
    .argument('<invoice>', 'number of the invoice')
    .option('-o, --output <file>', 'where to; INVOICE.pdf when left out')
    .action(async (billerId: string, invoiceNumber: string, options) => {
      const body = await answerOf(
        connect(options).GET('/v1/billers/{billerId}/invoices/{invoiceNumber}/document', {
          params: { path: { billerId, invoiceNumber } },
          parseAs: 'stream',
        }),
      );
      const file: string = options.output ?? `${invoiceNumber.replaceAll(/[^\w.-]/g, '_')}.pdf`;
      // Half a document under its name would be taken for one.
      const part = `${file}.part`;
      try {
        await pipeline(Readable.fromWeb(body as never), createWriteStream(part));
        renameSync(part, file);
      } catch (error) {
        rmSync(part, { force: true });
        throw error;
      }
      if (options.json) printJson({ file });
      else console.log(file);
    });
  describeUse(command, ['document 1663 f2fa7664-a055-4780-bf51-2b33f0889d42', 'document 1663 INV-1 -o invoice.pdf']);
}
