/** How a command reaches a running host. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type HostClient, HostProblem } from '@ic-host/client';
import { type Command, Option } from 'commander';

export interface Connection {
  url: string;
  token?: string;
  dataDir: string;
}

/** A command that speaks to a host: the options that say to which, and --json. */
export const hostCommand = (program: Command, name: string, description: string): Command =>
  program
    .command(name)
    .description(description)
    .addOption(new Option('--url <url>', 'the host').env('IC_HOST_URL').default('http://127.0.0.1:8080'))
    .addOption(new Option('--token <token>', 'its token').env('IC_HOST_API_TOKEN'))
    .addOption(new Option('--data-dir <folder>', 'where its token is kept').env('IC_HOST_DATA_DIR').default('.ic-host'))
    .option('--json', 'for programs');

export function tokenOf({ token, dataDir }: Connection): string | undefined {
  const kept = join(dataDir, 'api-token');
  return token ?? (existsSync(kept) ? readFileSync(kept, 'utf8').trim() : undefined);
}

/** @throws HostProblem `unauthorized` where there is no token to be found */
export function connect(connection: Connection): HostClient {
  const token = tokenOf(connection);
  if (!token)
    throw new HostProblem({ status: 401, code: 'unauthorized', detail: `no token is kept in ${connection.dataDir}` });
  return createClient({ baseUrl: connection.url.replace(/\/$/, ''), token });
}
