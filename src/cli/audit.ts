/** `ic-host audit`: shows who did what, or writes all of it out. */
import { pipeline } from 'node:stream/promises';
import { answerOf } from '@ic-host/client';
import type { Command } from 'commander';
import { connect, hostCommand } from './connection.js';
import { wholeNumber } from './option-values.js';
import { describeUse, paint, printJson, printTable } from './terminal.js';

export function auditCommand(program: Command): void {
  const command = hostCommand(program, 'audit', 'show who did what, newest first, or write all of it out')
    .argument('[subject]', 'a biller, delivery or token: only what was done to it')
    .option('--limit <number>', 'show at most so many', wholeNumber(1), 50)
    .option('--export', 'all of it, oldest first, a JSON object a line')
    .option('--from <instant>', 'export from this time on')
    .option('--to <instant>', 'export before this time')
    .action(async (subject: string | undefined, { limit, from, to, json, export: all, ...options }) => {
      const host = connect(options);
      if (all) {
        const query = { ...(from ? { from } : {}), ...(to ? { to } : {}) };
        const body = await answerOf(host.GET('/v1/audit.ndjson', { params: { query }, parseAs: 'stream' }));
        return pipeline(body as unknown as ReadableStream, process.stdout, { end: false });
      }
      const query = { limit, ...(subject ? { subject } : {}) };
      const answer = await answerOf(host.GET('/v1/audit', { params: { query } }));
      if (json) return printJson(answer);
      if (answer.entries.length === 0) return console.log('none');
      printTable(
        ['at', 'who', 'what', 'to', 'why', 'details'],
        answer.entries.map(({ at, actor, action, subject: to, reason, details }) => [
          ...[at.slice(0, 19).replace('T', ' '), actor, action, to, reason ?? ''],
          paint.dim(Object.keys(details).length ? JSON.stringify(details) : ''),
        ]),
      );
    });
  describeUse(command, ['audit', 'audit 1663', 'audit --export --from 2026-01-01T00:00:00Z > audit.ndjson']);
}
