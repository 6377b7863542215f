/** `ic-host deliveries`: lists deliveries, shows one, and does what operators do with them. */
import { answerOf, type HostClient, type Schemas } from '@ic-host/client';
import { Argument, type Command, Option } from 'commander';
import { connect, hostCommand } from './connection.js';
import { wholeNumber } from './option-values.js';
import { describeUse, EXIT, paint, printJson, printTable, stateText } from './terminal.js';

const STATES = ['queued', 'delivered', 'rejected', 'parked', 'cancelled'] as const;
const KINDS = ['payment', 'return', 'paperless', 'autopay'] as const;

export function deliveriesCommand(program: Command): void {
  const command = hostCommand(
    program,
    'deliveries',
    'list deliveries, newest first; or show, retry, cancel, settle one',
  )
    .addArgument(
      new Argument('[action]', 'what to do').choices(['list', 'show', 'retry', 'cancel', 'settle']).default('list'),
    )
    .argument('[ids...]', 'ids of deliveries')
    .addOption(new Option('--state <state>', 'list only these').choices(STATES))
    .addOption(new Option('--kind <kind>', 'list only these').choices(KINDS))
    .option('--biller <biller>', 'list only of this biller')
    .option('--account <account>', 'list only what concerns this account')
    .option('--find <text>', 'list only those whose transaction or account begins so')
    .option('--limit <number>', 'list at most so many', wholeNumber(1), 50)
    .option('--reason <text>', 'why; kept in the audit')
    .addOption(new Option('--as <state>', 'settle as').choices(['delivered', 'rejected']))
    .option('--confirmation <number>', 'settle with the partner’s number')
    .action(async (action: string, ids: string[], options) => {
      const host = connect(options);
      if (action === 'list') return list(host, options);
      if (ids.length === 0) throw new Error(`which? ic-host deliveries ${action} ID …`);
      if (action === 'show') return show(host, ids[0] as string, options);
      return change(host, action as Schemas['BulkBody']['action'], ids, options);
    });
  describeUse(command, [
    'deliveries --state parked',
    'deliveries --biller 1663 --find t-1',
    'deliveries show 0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a',
    'deliveries retry ID ID --reason "the partner is up again"',
    'deliveries settle ID --as delivered --confirmation P-10001 --reason "it is on their ledger"',
  ]);
}

interface Options {
  state?: (typeof STATES)[number];
  kind?: (typeof KINDS)[number];
  biller?: string;
  account?: string;
  find?: string;
  limit: number;
  reason?: string;
  as?: 'delivered' | 'rejected';
  confirmation?: string;
  json?: boolean;
}

async function list(host: HostClient, { state, kind, biller, account, find, limit, json }: Options): Promise<void> {
  const query = {
    limit,
    ...(state ? { state } : {}),
    ...(kind ? { kind } : {}),
    ...(biller ? { biller } : {}),
    ...(account ? { account } : {}),
    ...(find ? { q: find } : {}),
  };
  const answer = await answerOf(host.GET('/v1/deliveries', { params: { query } }));
  if (json) return printJson(answer);
  if (answer.deliveries.length === 0) return console.log('none');
  printTable(
    ['id', 'biller', 'kind', 'key', 'amount', 'state', 'attempts', 'accepted', 'why'],
    answer.deliveries.map((item) => [
      ...[item.id, item.billerId, item.kind, item.key, item.summary.amount ?? ''],
      ...[stateText(item.state), String(item.attempts), item.createdAt.slice(0, 19).replace('T', ' ')],
      item.state === 'delivered' ? '' : (item.summary.reason ?? ''),
    ]),
  );
  if (answer.next) console.log(paint.dim(`\nThere are more: --limit ${limit * 2} shows twice as many.`));
}

async function show(host: HostClient, id: string, { json }: Options): Promise<void> {
  const delivery = await answerOf(host.GET('/v1/deliveries/{id}', { params: { path: { id } } }));
  if (json) return printJson(delivery);
  console.log(`${delivery.kind} ${delivery.key} to ${delivery.billerId}: ${stateText(delivery.state)}`);
  if (delivery.summary.reason) console.log(delivery.summary.reason);
  for (const [name, value] of Object.entries(delivery.request)) console.log(`  ${paint.dim(name)} ${value}`);
  const { counterpart } = delivery;
  if (counterpart)
    console.log(`  ${paint.dim(`its ${counterpart.kind}`)} ${stateText(counterpart.state)}, ${counterpart.id}`);
  for (const attempt of delivery.history) {
    console.log(`\n${attempt.at}  ${stateText(attempt.outcome)}, ${attempt.durationMs} ms  ${attempt.message ?? ''}`);
    for (const { operation, status, request, response } of attempt.exchanges) {
      console.log(`  ${operation} → ${status ?? 'no answer'}`);
      console.log(paint.dim(`  > ${request}\n  < ${response}`));
    }
  }
  if (delivery.state === 'parked')
    console.log(`\nLook at the partner, then: ic-host deliveries retry|cancel|settle ${delivery.id}`);
}

async function change(host: HostClient, action: Schemas['BulkBody']['action'], ids: string[], options: Options) {
  const { reason, as, confirmation, json } = options;
  if (action === 'settle' && !(as && reason))
    throw new Error('to settle, say as what and why: --as delivered|rejected --reason "…"');
  if (confirmation) {
    if (ids.length > 1) throw new Error('a confirmation number is of one payment: name one delivery');
    const path = { id: ids[0] as string };
    const body = { state: as as 'delivered', reason: reason as string, confirmationNumber: confirmation };
    const settled = await answerOf(host.POST('/v1/deliveries/{id}/settle', { params: { path }, body }));
    return json ? printJson(settled) : console.log(`${settled.id}: ${stateText(settled.state)}`);
  }
  const body = { action, ids, ...(reason ? { reason } : {}), ...(as ? { state: as } : {}) };
  const { results } = await answerOf(host.POST('/v1/deliveries/bulk', { body }));
  if (results.some(({ ok }) => !ok)) process.exitCode = EXIT.failed;
  if (json) return printJson({ results });
  for (const { id, ok, state, code, detail } of results)
    console.log(`${id}: ${ok ? stateText(state ?? '') : `${paint.red(code ?? '')} ${detail}`}`);
}
