/** `ic-host database`: runs PostgreSQL's own tools on the embedded database, which runs only while a host does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { describeUse, EXIT } from './terminal.js';

export function databaseCommand(program: Command): void {
  const command = program
    .command('database')
    .description('run a program on the embedded database, beside its host or without one: to dump, restore or move it')
    .argument('<program...>', 'what to run, behind --; it finds the database by PGHOST, PGPORT and so on')
    .addOption(new Option('--data-dir <folder>', 'where data is kept').env('IC_HOST_DATA_DIR').default('.ic-host'))
    .action(async ([name = '', ...args]: string[], { dataDir }: { dataDir: string }) => {
      if (process.env.IC_HOST_DATABASE_URL)
        throw new Error('IC_HOST_DATABASE_URL is set: that database is reached without this command');
      const [{ borrowEmbedded }, { claimDataDir }] = await Promise.all([
        import('../store/embedded-postgres.js'),
        import('../store/data-dir-claim.js'),
      ]);
      const { connectionString, isOurs, stop } = await borrowEmbedded(dataDir);
      let giveBack: (() => Promise<void>) | undefined;
      try {
        // No host begins on a database that ends with what is run.
        giveBack = isOurs ? await claimDataDir(dataDir, connectionString) : undefined;
        const { hostname, port, username, password, pathname } = new URL(connectionString);
        const settings = {
          ...{ PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password },
          ...{ PGDATABASE: pathname.slice(1), PGSSLMODE: 'disable' },
        };
        const child = spawn(name, args, { stdio: 'inherit', env: { ...process.env, ...settings } });
        process.on('SIGINT', () => undefined); // the terminal tells the program, too
        process.on('SIGTERM', () => child.kill());
        const [code] = await once(child, 'exit').catch((error: { code?: string }) => {
          throw error.code === 'ENOENT' ? new Error(`there is no program ${name} here`) : error;
        });
        process.exitCode = (code as number | null) ?? EXIT.failed;
      } finally {
        await giveBack?.();
        await stop();
      }
    });
  describeUse(
    command,
    [
      'database -- pg_dump --no-owner --file ic-host.sql',
      'database --data-dir restored -- psql --file ic-host.sql',
      'database -- psql',
    ],
    {
      0: 'the program says so; any other is the program’s, too',
      1: 'the program’s, or it could not be run; why is said',
    },
  );
}
