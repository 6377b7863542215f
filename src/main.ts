#!/usr/bin/env node
/** The command line's entry: the composition root of everything. */
import './cli/thread-pool.js';
import 'reflect-metadata';
import tab from '@bomb.sh/tab/commander';
import { program } from 'commander';
import { adaptersCommand } from './cli/adapters.js';
import { auditCommand } from './cli/audit.js';
import { billersCommand } from './cli/billers.js';
import { databaseCommand } from './cli/database.js';
import { deliveriesCommand } from './cli/deliveries.js';
import { doctorCommand } from './cli/doctor.js';
import { documentCommand } from './cli/document.js';
import { enrollCommand } from './cli/enroll.js';
import { importCommand } from './cli/import.js';
import { keysCommand } from './cli/keys.js';
import { lookupCommand } from './cli/lookup.js';
import { newCommand } from './cli/new.js';
import { parseCommand } from './cli/parse.js';
import { payCommand } from './cli/pay.js';
import { reconcileCommand } from './cli/reconcile.js';
import { replayCommand } from './cli/replay.js';
import { sandboxCommand } from './cli/sandbox.js';
import { shadowCommand } from './cli/shadow.js';
import { startCommand } from './cli/start.js';
import { EXIT, keepOutputToPrograms, printFailure } from './cli/terminal.js';
import { tokensCommand } from './cli/tokens.js';
import { tryCommand } from './cli/try.js';
import { verifyCommand } from './cli/verify.js';
import { HOST_VERSION } from './version.js';

// Whoever called it is gone, and can't hand a signal on any more.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();

// Whoever reads what is printed may have read enough.
process.stdout.on('error', (error: { code?: string }) => {
  if (error.code !== 'EPIPE') throw error;
});

program
  .name('ic-host')
  .description('An integration host for bill payment.')
  .version(HOST_VERSION)
  .showHelpAfterError('(--help tells more)')
  .showSuggestionAfterError()
  .hook('preAction', (_, command) => {
    if (command.opts().json) keepOutputToPrograms();
  })
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.done : EXIT.cannot));
program.commandsGroup('Run a host:');
startCommand(program);
doctorCommand(program);
keysCommand(program);
databaseCommand(program);
program.commandsGroup('Speak to a running host:');
billersCommand(program);
lookupCommand(program);
payCommand(program);
enrollCommand(program);
documentCommand(program);
importCommand(program);
deliveriesCommand(program);
reconcileCommand(program);
shadowCommand(program);
replayCommand(program);
tokensCommand(program);
auditCommand(program);
program.commandsGroup('Make and check adapters:');
adaptersCommand(program);
newCommand(program);
verifyCommand(program);
tryCommand(program);
sandboxCommand(program);
parseCommand(program);
program.commandsGroup('Other:');
tab(program, { completionCommandName: 'completion' });

const failed = (error: unknown): never => process.exit(printFailure(error));
// What waits for a promise that nobody is at any more would end without a word, and with success.
const unanswered = (): never =>
  failed(new Error('it can’t go on: something of an adapter, or of its sandbox, never answers'));
process.once('beforeExit', unanswered);
program.parseAsync().then(() => process.off('beforeExit', unanswered), failed);
