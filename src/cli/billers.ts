/** `ic-host billers [BILLER]`: lists the billers with their health, or shows one. */
import { answerOf } from '@ic-host/client';
import type { Command } from 'commander';
import { connect, hostCommand } from './connection.js';
import { describeUse, printJson, printTable, stateText } from './terminal.js';

export function billersCommand(program: Command): void {
  const command = hostCommand(program, 'billers', 'list the billers and how they stand, or show one')
    .argument('[biller]', 'id of a biller')
    .action(async (billerId: string | undefined, options) => {
      const host = connect(options);
      if (billerId) {
        const path = { billerId };
        const biller = await answerOf(host.GET('/v1/billers/{billerId}', { params: { path } }));
        if (options.json) return printJson(biller);
        const { settings, options: own, ...facts } = biller;
        const rows = [...Object.entries(facts), ...Object.entries(settings), ...Object.entries(own)];
        return printTable(
          ['setting', 'value'],
          rows.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
        );
      }
      if (options.json) return printJson(await answerOf(host.GET('/v1/billers')));
      const { billers, needs } = await answerOf(host.GET('/v1/overview'));
      printTable(
        ['biller', 'name', 'adapter', 'health', 'delivered 24 h', 'waiting', 'parked'],
        billers.map((item) => [
          ...[item.billerId, item.name, item.adapter, stateText(item.health)],
          ...[item.day.delivered, item.queued, item.parked].map(String),
        ]),
      );
      for (const need of needs) console.log(`\n${need.billerId ?? ''} ${need.kind}: ${need.detail} [${need.code}]`);
    });
  describeUse(command, ['billers', 'billers 1663', 'billers --json | jq -r ".billers[].billerId"']);
}
