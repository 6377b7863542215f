/** `ic-host new NAME`: writes a new adapter that builds and passes the contract suite. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { ContractName } from '@ic-host/contracts';
import type { Command } from 'commander';
import { describeUse, printJson } from './terminal.js';

/** Asks a person for the contracts; where nobody can be asked, all of them. */
async function askContracts(names: readonly ContractName[]): Promise<ContractName[]> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return [...names];
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    for (const [index, name] of names.entries()) console.log(`  ${index + 1}  ${name}`);
    const answer = await terminal.question('Which contracts (numbers, such as 1,2; all): ');
    if (answer.trim() === '') return [...names];
    return answer.split(/[\s,]+/).map((number) => names[Number(number) - 1] ?? (number as ContractName));
  } finally {
    terminal.close();
  }
}

export function newCommand(program: Command): void {
  const command = program
    .command('new')
    .argument('<name>', 'id of the adapter, such as first-bank')
    .description('write a new adapter that builds, has a stand-in partner, and passes the contract suite')
    .option('--contracts <names>', 'which it implements, joined by commas; asked for, or all, when left out')
    .option('--json', 'for programs')
    .option('--out <folder>', 'a repository of its own, instead of plugins/<name> of this one')
    .action(async (name: string, options) => {
      // Loaded when it is run: the command line's help and completion must be quick.
      const [{ CONTRACT_NAMES }, { joinRepository }, { scaffoldAdapter }] = await Promise.all([
        import('@ic-host/contracts'),
        import('../scaffold/join-repository.js'),
        import('../scaffold/scaffold-adapter.js'),
      ]);
      const contracts = options.contracts ? options.contracts.split(/[\s,]+/) : await askContracts(CONTRACT_NAMES);
      const standalone = Boolean(options.out);
      if (!standalone && !existsSync('plugins'))
        throw new Error('there is no folder plugins here; name another place with --out');
      const folder = options.out ?? join('plugins', name);
      const files = scaffoldAdapter({ name, contracts, folder, standalone });
      if (!standalone) joinRepository(process.cwd(), name);
      if (options.json) return printJson({ folder, files });
      console.log(`${folder}: ${files.length} files, for ${contracts.join(', ')}. Next:\n`);
      if (standalone) console.log(`  cd ${resolve(folder)} && npm install && npm run verify\n`);
      else
        console.log(
          `  npx tsc -b ${folder} && npx ic-host verify ${folder}\n  npm install    # the lock file learns of it\n`,
        );
      console.log(`What to fill in: grep -rn "FILL IN" ${folder} --include=*.ts --exclude-dir=dist`);
    });
  describeUse(command, ['new first-bank', 'new first-bank --contracts payment-sink,rtdr-provider --out ../first-bank']);
}
