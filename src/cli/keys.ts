/** `ic-host keys`: changes the keys that secrets are sealed with, at the database itself. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, type Command, Option } from 'commander';
import { describeUse, printJson } from './terminal.js';

const ACTOR = 'command line';

export function keysCommand(program: Command): void {
  const command = program
    .command('keys')
    .description('change the keys that partners’ secrets are sealed with; hosts may run meanwhile')
    .addArgument(new Argument('<action>', 'what to do').choices(['rotate', 'new-master', 'forget-masters']))
    .addOption(new Option('--data-dir <folder>', 'where data is kept').env('IC_HOST_DATA_DIR').default('.ic-host'))
    .option('--json', 'for programs')
    .action(async (action: string, { dataDir, json }: { dataDir: string; json?: boolean }) => {
      const say = (done: object, ...lines: string[]): void => (json ? printJson(done) : console.log(lines.join('\n')));
      // Loaded when it is run: the command line's help and completion must be quick.
      const [{ SecretBox }, { keptSecret, newSecret, replaceKeptSecret }, { openPool }, { borrowEmbedded }] =
        await Promise.all([
          import('../billers/secret-box.js'),
          import('../billers/kept-secret.js'),
          import('../store/database.js'),
          import('../store/embedded-postgres.js'),
        ]);
      const { IC_HOST_DATABASE_URL, IC_HOST_MASTER_KEY, IC_HOST_NEW_MASTER_KEY } = process.env;
      if (!IC_HOST_MASTER_KEY && !existsSync(join(dataDir, 'master-key')))
        throw new Error(`no master key: neither IC_HOST_MASTER_KEY nor ${join(dataDir, 'master-key')} is there`);
      const embedded = IC_HOST_DATABASE_URL ? undefined : await borrowEmbedded(dataDir);
      const database = openPool(IC_HOST_DATABASE_URL || embedded?.connectionString || '', { max: 2 });
      const masterKey = () => IC_HOST_MASTER_KEY || keptSecret(dataDir, 'master-key');
      try {
        const box = new SecretBox(database.db, masterKey);
        await box.start();
        if (action === 'rotate') {
          const count = await box.rotateDataKey(ACTOR);
          say({ secrets: count }, `${count} secrets are sealed anew, with a new data key.`);
        } else if (action === 'forget-masters') {
          await box.forgetOtherMasterKeys(masterKey(), ACTOR);
          say({ forgotten: true }, 'This master key alone opens the secrets now.');
        } else if (IC_HOST_MASTER_KEY) {
          if (!IC_HOST_NEW_MASTER_KEY) throw new Error('give the new master key in IC_HOST_NEW_MASTER_KEY');
          await box.addMasterKey(IC_HOST_NEW_MASTER_KEY, ACTOR);
          say(
            { added: true },
            'Both master keys open the secrets now. Start every host with the new one as IC_HOST_MASTER_KEY,',
            'then, with the new one: ic-host keys forget-masters',
          );
        } else {
          const anew = newSecret();
          await box.addMasterKey(anew, ACTOR);
          replaceKeptSecret(dataDir, 'master-key', anew);
          await box.forgetOtherMasterKeys(anew, ACTOR);
          const file = join(dataDir, 'master-key');
          say({ file }, `${file} holds a new master key, and it alone opens the secrets now.`);
        }
      } finally {
        await database.close();
        await embedded?.stop();
      }
    });
  describeUse(
    command,
    [
      'keys rotate',
      'keys new-master',
      'IC_HOST_MASTER_KEY=… IC_HOST_NEW_MASTER_KEY=… ic-host keys new-master',
      'keys forget-masters',
    ],
    { 1: 'the keys can’t be opened with this master key; nothing was changed' },
  );
}
