/** `ic-host tokens`: lists the host's tokens, makes one, revokes some. */
import { answerOf, type HostClient, type Schemas } from '@ic-host/client';
import { Argument, type Command, Option } from 'commander';
import { SCOPES, type Scope } from '../access/access.js';
import { connect, hostCommand } from './connection.js';
import { wholeNumber } from './option-values.js';
import { describeUse, paint, printJson, printTable } from './terminal.js';

interface Options {
  name?: string;
  scope: Scope;
  billers?: string[];
  days?: number;
  json?: boolean;
}

export function tokensCommand(program: Command): void {
  const command = hostCommand(program, 'tokens', 'list the host’s tokens; make one, revoke some')
    .addArgument(new Argument('[action]', 'what to do').choices(['list', 'make', 'revoke']).default('list'))
    .argument('[ids...]', 'ids of tokens to revoke')
    .option('--name <text>', 'who or what will use it')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(SCOPES).default('read'))
    .option('--billers <ids>', 'for these billers alone, by comma', (text) => text.split(','))
    .option('--days <number>', 'ends by itself after so many days', wholeNumber(1))
    .action(async (action: string, ids: string[], options) => {
      const host = connect(options);
      if (action === 'make') return make(host, options);
      if (action === 'revoke') return revoke(host, ids, options);
      return list(host, options);
    });
  describeUse(command, [
    'tokens',
    'tokens make --name "portal core" --scope operate',
    'tokens make --name support --scope read --billers 1663,1664 --days 90',
    'tokens revoke 0a1b2c3d4e5f',
  ]);
}

const stateOf = ({ revokedAt, expiresAt }: Schemas['Token']): string => {
  if (revokedAt) return 'revoked';
  return expiresAt && Date.parse(expiresAt) < Date.now() ? 'expired' : 'good';
};
const minute = (instant: string | null): string => instant?.slice(0, 16).replace('T', ' ') ?? 'never';

async function list(host: HostClient, { json }: Options): Promise<void> {
  const { tokens } = await answerOf(host.GET('/v1/tokens'));
  if (json) return printJson({ tokens });
  if (tokens.length === 0) return console.log('none but the host’s own');
  printTable(
    ['id', 'name', 'scope', 'billers', 'made by', 'last used', 'ends', 'state'],
    tokens.map((token) => [
      ...[token.tokenId, token.name, token.scope, token.billers?.join(', ') ?? 'all', token.madeBy],
      ...[minute(token.lastUsedAt), minute(token.expiresAt), stateOf(token)],
    ]),
  );
}

async function make(host: HostClient, { name, scope, billers, days, json }: Options): Promise<void> {
  if (!name) throw new Error('say who or what will use it: --name "portal core"');
  const body = { name, scope, ...(billers ? { billers } : {}), ...(days === undefined ? {} : { expiresInDays: days }) };
  const made = await answerOf(host.POST('/v1/tokens', { body }));
  if (json) return printJson(made);
  console.log(made.token);
  console.error(paint.dim(`It is shown this once. To end it: ic-host tokens revoke ${made.tokenId}`));
}

async function revoke(host: HostClient, ids: string[], { json }: Options): Promise<void> {
  if (ids.length === 0) throw new Error('which? ic-host tokens revoke ID …');
  const revoked: Schemas['Token'][] = [];
  for (const tokenId of ids)
    revoked.push(await answerOf(host.DELETE('/v1/tokens/{tokenId}', { params: { path: { tokenId } } })));
  if (json) return printJson({ tokens: revoked });
  for (const { tokenId, name } of revoked) console.log(`${tokenId} (${name}): revoked`);
}
