/** `ic-host replay --biller B --adapter PATH`: a biller's recorded calls, given to another adapter without its partner. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf, type HostClient } from '@ic-host/client';
import type { CallFixture } from '@ic-host/contracts';
import type { Command } from 'commander';
import type { Recording } from '../recordings/recordings.js';
import type { Replayed } from '../replay/replay.js';
import { connect, hostCommand } from './connection.js';
import { jsonObject } from './option-values.js';
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

/** Without the exchanges: of very many calls, that would be very much. */
const told = ({ recording: { id, at, contract, method }, ...replayed }: Replayed) => {
  const recording = { id, at, contract, method };
  return { recording, ...replayed };
};

function writeFixture(folder: string, fixture: CallFixture): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${fixture.id}.json`);
  writeFileSync(file, `${JSON.stringify(fixture, null, 2)}\n`);
  return file;
}

export function replayCommand(program: Command): void {
  const command = hostCommand(program, 'replay', 'give a biller’s recorded calls to another adapter, offline')
    .requiredOption('--biller <id>', 'whose calls; its option recordPercent makes the host keep some')
    .requiredOption('--adapter <plugin>', 'folder of an adapter, or id of a loaded one')
    .option('--since <instant>', 'only calls from then on, such as 2026-11-01T00:00:00Z')
    .option('--options <json>', 'options of the adapter, instead of the biller’s', jsonObject)
    .option('--manifest <file>', 'which adapters an id is looked for among', 'adapter.manifest.json')
    .option(
      '--fixtures <folder>',
      'cut fixtures for the contract suite there: one of each form, secrets masked, stand-ins for names and numbers',
    )
    .action(async (options) => {
      const [{ adapterNamed }, { Replay }, { FixtureCutter }] = await Promise.all([
        import('./adapter-named.js'),
        import('../replay/replay.js'),
        import('../replay/cut-fixture.js'),
      ]);
      const host = connect(options);
      const adapter = await adapterNamed(options.adapter, options.manifest);
      const biller = await answerOf(
        host.GET('/v1/billers/{billerId}', { params: { path: { billerId: options.biller } } }),
      );
      const replay = await Replay.open(adapter, { ...biller, options: options.options ?? biller.options });
      const cutter = options.fixtures ? new FixtureCutter(replay) : undefined;
      const differing: ReturnType<typeof told>[] = [];
      const fixtures: string[] = [];
      const uncut: string[] = [];
      let replayed = 0;
      try {
        for await (const recording of recordingsOf(host, options.biller, options.since)) {
          const one = await replay.replay(recording);
          replayed++;
          if (one.differences.length || one.unanswered.length) differing.push(told(one));
          const fixture = await cutter?.cut(recording);
          if (!fixture) continue;
          if ('why' in fixture) uncut.push(`no fixture ${fixture.id}: ${fixture.why}`);
          else fixtures.push(writeFixture(options.fixtures, fixture));
        }
      } finally {
        await replay.close();
      }
      if (differing.length) process.exitCode = EXIT.failed;
      if (options.json) return printJson({ replayed, differing, ...(cutter ? { fixtures, uncut } : {}) });
      const unanswered = differing.filter((one) => one.unanswered.length).length;
      console.log(`${replayed} calls replayed, ${unanswered} of them made a call that was not recorded`);
      if (cutter) console.log(`${fixtures.length} fixtures, one of each form: look through them before they are kept`);
      for (const line of [...fixtures, ...uncut]) console.log(`  ${line}`);
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
      'replay --biller 1663 --since 2026-11-01T00:00:00Z --adapter plugins/britecore --fixtures plugins/britecore/fixtures',
    ],
    { 0: 'nothing differs', 1: 'something differs, or it could not be replayed' },
  );
}
