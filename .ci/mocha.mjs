/** Runs some test files in this process; the last line it prints says how it went, for test.mjs. */
import Mocha from 'mocha';

const [grep, ...files] = process.argv.slice(2);
const mocha = new Mocha({ timeout: 30_000, reporter: 'spec', color: true, ...(grep ? { grep } : {}) });
for (const file of files) mocha.addFile(file);
await mocha.loadFilesAsync();
const runner = mocha.run(() => {
  const { passes, failures, pending } = runner.stats;
  // Not before it is written: what is under way to a pipe is lost by an exit.
  process.stdout.write(`${JSON.stringify({ passes, failures, pending })}\n`, () => process.exit(failures ? 1 : 0));
});
