/** `ic-host replay --biller B --adapter PATH`: a biller's recorded calls, given to another adapter without its partner. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf, type HostClient } from '@ic-host/client';
import type { Command } from 'commander';
import type { Recording } from '../recordings/recordings.js';
import { connect, hostCommand } from './connection.js';
import { describeUse, EXIT, paint, printJson, printTable } from './terminal.js';

const AT_ONCE = 200;

async function* recordingsOf(host: HostClient, billerId: string, since: string | undefined): AsyncGenerator<Recording> {
  for (let after: string | null = ''; after !== null; ) {
    const query: { limit: number; after: string; from?: string } = {
      limit: AT_ONCE,
      after,
      ...(since ? { from: since } : {}),
    };
    const { recordings, next }: { recordings: unknown; next: string | null } = await answerOf(
      host.GET('/v1/billers/{billerId}/recordings', { params: { path: { billerId }, query } }),
    );
    yield* recordings as Recording[];
    after = next;
  }
}

export function replayCommand(program: Command): void {
  const command = hostCommand(program, 'replay', 'give a biller’s recorded calls to another adapter, offline')
    .requiredOption('--biller <id>', 'whose calls; its option recordPercent makes the host keep some')
    .requiredOption('--adapter <plugin>', 'folder of an adapter, or id of a loaded one')
    .option('--since <instant>', 'only calls from then on, such as 2026-11-01T00:00:00Z')
    .option('--options <json>', 'options of the adapter, instead of the biller’s', JSON.parse)
    .option('--manifest <file>', 'which adapters an id is looked for among', 'adapter.manifest.json')
    .option('--fixtures <folder>', 'write each call with its exchanges there, as fixtures; secrets are masked in them')
    .action(async (options) => {
      const [{ adapterNamed }, { replay }] = await Promise.all([
        import('./adapter-named.js'),
        import('../replay/replay.js'),
      ]);
      const host = connect(options);
      const adapter = await adapterNamed(options.adapter, options.manifest);
      const biller = await answerOf(
        host.GET('/v1/billers/{billerId}', { params: { path: { billerId: options.biller } } }),
      );
      const kept = async function* () {
        for await (const recording of recordingsOf(host, options.biller, options.since)) {
          if (options.fixtures) {
            mkdirSync(options.fixtures, { recursive: true });
            const name = `${recording.contract}.${recording.method}-${recording.id}.json`;
            writeFileSync(join(options.fixtures, name), `${JSON.stringify(recording, null, 2)}\n`);
          }
          yield recording;
        }
      };
      const found = [];
      for await (const one of replay(adapter, { ...biller, options: options.options ?? biller.options }, kept()))
        found.push(one);
      const differing = found.filter(({ differences, unanswered }) => differences.length || unanswered.length);
      if (differing.length) process.exitCode = EXIT.failed;
      if (options.json) return printJson({ replayed: found.length, differing });
      const answered = found.filter(({ unanswered }) => unanswered.length === 0).length;
      console.log(
        `${found.length} calls replayed, ${found.length - answered} of them made a call that was not recorded`,
      );
      if (differing.length)
        printTable(
          ['call', 'of', 'at', 'field', 'was', 'is'],
          differing.flatMap(({ recording, subject, differences, unanswered }) => [
            ...differences.map(({ field, of, first, second }) => [
              ...[`${recording.contract}.${recording.method}`, of ? `${subject} ${of}` : subject, recording.at],
              ...[field, first ?? '(nothing)', second ?? '(nothing)'],
            ]),
            ...unanswered.map((call) => [
              ...[`${recording.contract}.${recording.method}`, subject, recording.at, 'not recorded', '', call],
            ]),
          ]),
        );
      else console.log(paint.green('nothing differs'));
    });
  describeUse(
    command,
    [
      'replay --biller 1663 --adapter plugins/britecore',
      'replay --biller 1663 --since 2026-11-01T00:00:00Z --adapter plugins/britecore --fixtures fixtures',
    ],
    { 0: 'nothing differs', 1: 'something differs, or it could not be replayed' },
  );
}
