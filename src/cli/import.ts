/** `ic-host import BILLER FILE`: hands an invoice file over and waits until it is applied or refused. */
import { openAsBlob, statSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { answerOf } from '@ic-host/client';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { connect, hostCommand } from './connection.js';
import { describeUse, EXIT, paint, printJson, stateText } from './terminal.js';

const ASK_EVERY_MS = 200;

export function importCommand(program: Command): void {
  const command = hostCommand(program, 'import', 'hand an invoice file over; waits until it is applied or refused')
    .argument('<biller>', 'id of the biller')
    .argument('<file>', 'the invoice file')
    .action(async (billerId: string, file: string, options) => {
      const host = connect(options);
      const { size } = statSync(file);
      const bar = new SingleBar({
        format: '{bar} {percentage} % | {records} records | {eta_formatted} left',
        ...{ stream: process.stderr, hideCursor: true, noTTYOutput: false },
      });
      const shows = !options.json && Boolean(process.stderr.isTTY);
      let held = await answerOf(
        host.POST('/v1/billers/{billerId}/invoice-files', {
          params: { path: { billerId }, query: { filename: basename(file) } },
          headers: { 'content-type': 'application/octet-stream' },
          // Described as text, sent as it is: streamed from the disk, whatever its size.
          body: (await openAsBlob(file)) as unknown as string,
          bodySerializer: (body) => body,
        }),
      );
      if (shows) bar.start(size, 0, { records: 0 });
      const path = { billerId, importId: held.importId };
      while (held.state === 'running') {
        await wait(ASK_EVERY_MS);
        held = await answerOf(host.GET('/v1/billers/{billerId}/invoice-files/{importId}', { params: { path } }));
        if (shows) bar.update(held.bytesRead, { records: held.records });
      }
      bar.stop();
      if (held.state === 'refused') process.exitCode = EXIT.failed;
      if (options.json) return printJson(held);
      console.log(`${held.filename}: ${stateText(held.state)}`);
      if (held.problem) {
        console.log(`${held.problem.detail} ${paint.dim(`[${held.problem.code}]`)}`);
        console.log(`\nWhat to tell the partner:\n  ${held.problem.tellPartner}`);
        return;
      }
      const { records, created, updated, unchanged, setAside } = held;
      console.log(
        `${records} records: ${created} new, ${updated} updated, ${unchanged} unchanged, ${setAside} set aside`,
      );
      if (setAside) console.log(paint.dim(`See them: ${options.url}/billers/${billerId}/files/${held.importId}`));
    });
  describeUse(command, ['import 1663 1663_11232026.JSON', 'import 1663 1663_11232026.JSON --json'], {
    1: 'the file is refused, whole, with a reason',
  });
}
