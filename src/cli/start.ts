/** `ic-host start`: serves HTTP API and workers until told to stop. */
import { mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import type { BillerInput } from '../billers/billers.js';
import type { ChangeBiller as ChangeBillerType } from '../deliveries/change-biller.js';
import { endWithNpm } from './end-with-npm.js';
import { keptDays, readPort, unknownSettings, weakKeys, wrongSettings } from './environment.js';
import { jsonObjectIn } from './option-values.js';
import { describeUse, printLine } from './terminal.js';

const LAST_RESORT_MS = 10_000;
/** Enough for whoever keeps connections open and sends on them all the time. */
const DRAIN_SECONDS = 1;
/** A supervisor may tell all processes of a host, and each hands it on: so soon again it is the same SIGTERM. */
const ONCE_MS = 500;

/** The repository's own manifest, for a start from elsewhere. */
const ownManifest = join(dirname(fileURLToPath(import.meta.url)), '../../../adapter.manifest.json');

/** What is loaded is compiled once, not at each start; an adapter that has changed is compiled anew. */
function keepCompiled(dataDir: string): void {
  const compiled = join(dataDir, 'compiled');
  mkdirSync(dataDir, { recursive: true });
  // It is run as it is: nobody else may write there.
  mkdirSync(compiled, { recursive: true, mode: 0o700 });
  enableCompileCache(compiled);
}

/** Billers as a file names them, by their ids. @throws Error in words */
function billersIn(file: string, read: (body: unknown) => BillerInput): [string, BillerInput][] {
  return Object.entries(jsonObjectIn(file, '{ "<billerId>": { … } }')).map(([billerId, body]) => {
    try {
      return [billerId, read(body)];
    } catch (error) {
      throw new Error(`${file}: biller ${billerId}: ${(error as Error).message}`);
    }
  });
}

export function startCommand(program: Command): void {
  const command = program
    .command('start')
    .description('serve the HTTP API, the console and the workers')
    .addOption(new Option('--port <number>', 'port; 0 picks one').env('IC_HOST_PORT').default(8080).argParser(readPort))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--data-dir <folder>', 'where data is kept').env('IC_HOST_DATA_DIR').default('.ic-host'))
    .option('--billers <file>', 'billers to make or change at start: { "<billerId>": { … } }')
    .option('--manifest <file>', 'which adapters to load', ownManifest)
    .addOption(new Option('--role <role>', 'what this process does').choices(['all', 'api', 'worker']).default('all'))
    .option(
      '--sandbox [adapters]',
      'add the demonstration: a biller on an adapter’s stand-in partner (the first that has one, or these, by comma)',
    )
    .option('--json', 'print where it listens as one line of JSON, too')
    .option(
      '--restored',
      'the database is a copy of before: look for each payment that waits before it is sent (a dump or a backup says so itself)',
    )
    .option('--allow-private-egress', 'let adapters reach private addresses and http')
    .action(async (options) => {
      const { env } = process;
      // The port was read with the flag that beats it.
      const wrong = wrongSettings({ ...env, IC_HOST_PORT: undefined });
      if (wrong.length) throw new Error(wrong.join('\n'));
      if (!env.NODE_COMPILE_CACHE) keepCompiled(options.dataDir);
      // Loaded when it is run: the command line's help and completion must be quick.
      const [
        { startHost },
        { ChangeBiller },
        { BillerBody, readBody },
        { demonstrate },
        { endWhenStill },
        faults,
        log,
      ] = await Promise.all([
        import('../host.js'),
        import('../deliveries/change-biller.js'),
        import('../http/bodies.js'),
        import('../demonstration.js'),
        import('../standstill.js'),
        import('../adapters/adapter-faults.js'),
        import('../telemetry/log.js'),
      ]);
      const left = log.createLog(env.IC_HOST_LOG_LEVEL || 'info');
      faults.outliveAdapters((err, { adapterId, billerId }) =>
        left.error({ err, adapterId, billerId }, 'an adapter left something behind that failed; the host goes on'),
      );
      const billers = options.billers ? billersIn(options.billers, (body) => readBody(BillerBody, body)) : [];
      const starting = startHost({
        port: options.port,
        host: options.host,
        dataDir: options.dataDir,
        manifest: options.manifest,
        role: options.role,
        allowPrivateEgress: Boolean(options.allowPrivateEgress || options.sandbox),
        egressProxy: env.IC_HOST_EGRESS_PROXY || undefined,
        databaseUrl: env.IC_HOST_DATABASE_URL,
        token: env.IC_HOST_API_TOKEN,
        masterKey: env.IC_HOST_MASTER_KEY,
        ...(env.IC_HOST_REQUESTS_PER_SECOND
          ? { attemptLimits: { requestsPerSecond: Number(env.IC_HOST_REQUESTS_PER_SECOND) } }
          : {}),
        retention: keptDays(env),
        restored: Boolean(options.restored),
        logLevel: env.IC_HOST_LOG_LEVEL || 'info',
        warnings: [...unknownSettings(env), ...weakKeys(env)],
      });
      let started = false;
      let stopped: number | undefined;
      const cleanups: (() => Promise<void>)[] = [];
      const stop = (): void => {
        const now = performance.now();
        if (stopped !== undefined) {
          // Its database may be one that doesn't answer: who says it twice won't wait for that.
          if (!started && now - stopped > ONCE_MS) process.exit(1);
          return;
        }
        stopped = now;
        setTimeout(() => process.exit(1), LAST_RESORT_MS).unref();
        // Also where it is only starting: what it has opened, such as its PostgreSQL, must not be left behind.
        starting
          .then((host) => host.close())
          .then(() => Promise.all(cleanups.map((cleanup) => cleanup())))
          .then(
            () => process.exit(0),
            () => process.exit(1),
          );
      };
      let told: number | undefined;
      const leave = (): void => {
        const now = performance.now();
        if (!started) stop();
        else if (told === undefined)
          void host.drain(Number(env.IC_HOST_DRAIN_SECONDS || DRAIN_SECONDS) * 1000).then(stop);
        else if (now - told > ONCE_MS) stop();
        told ??= now;
      };
      process.on('SIGTERM', leave).on('SIGINT', stop).on('SIGHUP', stop);
      if (env.npm_command) endWithNpm(stop);
      const host = await starting;
      if (stopped !== undefined) return;
      started = true;
      endWhenStill();
      try {
        const change = host.container.get<ChangeBillerType>(ChangeBiller);
        const known: Promise<void>[] = [];
        for (const [billerId, biller] of billers)
          known.push((await change.put(billerId, biller, options.billers)).known);
        await Promise.all(known);
        const sandboxes: (string | undefined)[] =
          options.sandbox === true ? [undefined] : (options.sandbox?.split(',') ?? []);
        for (const adapterId of sandboxes) {
          const demonstration = await demonstrate(host, options.dataDir, adapterId);
          cleanups.push(() => demonstration.close());
          for (const line of demonstration.lines) printLine(line);
        }
      } catch (error) {
        await host.close();
        throw error;
      }
      if (options.json) printLine(JSON.stringify({ url: host.url, dataDir: options.dataDir, role: options.role }));
      printLine(`ic-host listening on ${host.url}`);
    });
  describeUse(
    command,
    [
      'start',
      'start --sandbox --port 0',
      'start --billers billers.json --data-dir /var/lib/ic-host',
      'IC_HOST_DATABASE_URL=postgres://… ic-host start --role worker',
    ],
    { 0: 'it was told to stop, and did so in order', 1: 'it could not start, or not stop in order; why is said' },
  );
}
