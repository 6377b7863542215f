#!/usr/bin/env node
/** The command line's entry: the composition root of everything. */
import 'reflect-metadata';
import { program } from 'commander';
import { adaptersCommand } from './cli/adapters.js';
import { newCommand } from './cli/new.js';
import { parseCommand } from './cli/parse.js';
import { remoteCommands } from './cli/remote.js';
import { sandboxCommand } from './cli/sandbox.js';
import { startCommand } from './cli/start.js';
import { tryCommand } from './cli/try.js';
import { verifyCommand } from './cli/verify.js';

program.name('ic-host').description('An integration host for bill payment.').showHelpAfterError();
startCommand(program);
adaptersCommand(program);
sandboxCommand(program);
parseCommand(program);
verifyCommand(program);
newCommand(program);
tryCommand(program);
remoteCommands(program);

program.parseAsync().catch((error: Error) => {
  console.error(`ic-host: ${error.message}`);
  process.exit(1);
});
