/** The process that stands by for `verify --watch`: it stays warm, and loads the adapter anew for each run. */
import { realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { sep } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { SuiteReport } from './report.js';

/** Begins the line that is a report: an adapter may print lines of its own. */
export const REPORT = 'contract suite: ';

/**
 * Runs whenever a line comes in, and answers each with {@link REPORT} and a line of JSON.
 * @param folder the adapter's: what is in it is loaded anew each time, since a module that was loaded once is kept
 */
export async function runOnEachLine(folder: string, run: () => Promise<SuiteReport>): Promise<void> {
  const home = pathToFileURL(realpathSync(folder) + sep).href;
  let runs = 0;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const isOwn = resolved.url.startsWith(home) && !resolved.url.includes('/node_modules/');
      return isOwn ? { ...resolved, url: `${resolved.url}?run=${runs}` } : resolved;
    },
  });
  for await (const _ of createInterface(process.stdin)) {
    runs++;
    console.log(REPORT + JSON.stringify(await run()));
  }
}
