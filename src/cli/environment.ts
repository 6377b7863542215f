/** What the environment says to a host: all of it is checked before anything is begun, and what is wrong is named. */
import { isAbsolute } from 'node:path';
import { InvalidArgumentError } from 'commander';

type Environment = Readonly<Record<string, string | undefined>>;
/** @returns what it must be, where it isn't */
type Check = (text: string) => string | undefined;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const MOST_PORT = 65_535;
const SHORT = 24;

const must =
  (be: string, is: (text: string) => boolean): Check =>
  (text) =>
    is(text) ? undefined : `must be ${be}`;
const anything: Check = () => undefined;
const url = (example: string, ...protocols: string[]): Check =>
  must(`a URL, such as ${example}`, (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol));
const wholeNumber = (least: number, most: number, of: string): Check =>
  must(
    `a whole number${of}, ${least} to ${most}`,
    (text) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most,
  );
const days = wholeNumber(0, 99_999, ' of days (0 keeps them for ever)');
const port = wholeNumber(0, MOST_PORT, '');

/** Of a database's URL: what stands behind its user. */
const serversOf = (text: string): string => text.split('://')[1]?.split(/[/?]/)[0]?.split('@').at(-1) ?? '';
const databaseUrl = url('postgres://user:password@host:5432/database', 'postgres:', 'postgresql:');

const HOST_NAMES: Record<string, Check> = {
  IC_HOST_DATABASE_URL: (text) =>
    serversOf(text).includes(',')
      ? 'names several servers; name what leads to the one that takes writes, such as a proxy or a DNS name'
      : databaseUrl(text),
  IC_HOST_PORT: (text) =>
    text.startsWith('tcp://')
      ? 'is what Kubernetes sets for a Service of the name ic-host; give the pod enableServiceLinks: false'
      : port(text),
  IC_HOST_LOG_LEVEL: must(`one of ${LOG_LEVELS.join(', ')}`, (text) => LOG_LEVELS.includes(text)),
  IC_HOST_REQUESTS_PER_SECOND: wholeNumber(1, 100_000_000, ''),
  IC_HOST_DRAIN_SECONDS: wholeNumber(0, 3_600, ' of seconds'),
  IC_HOST_EGRESS_PROXY: url('http://proxy.example.com:3128', 'http:', 'https:'),
  IC_HOST_SECRET_FOLDERS: must('whole paths, by colon', (text) =>
    text.split(':').every((one) => !one || isAbsolute(one)),
  ),
  ...{ IC_HOST_KEEP_EXCHANGES_DAYS: days, IC_HOST_KEEP_CHANGES_DAYS: days, IC_HOST_KEEP_DELIVERIES_DAYS: days },
  ...{ IC_HOST_DATA_DIR: anything, IC_HOST_API_TOKEN: anything, IC_HOST_URL: anything },
  ...{ IC_HOST_MASTER_KEY: anything, IC_HOST_NEW_MASTER_KEY: anything },
};
const milliseconds = wholeNumber(1, 86_400_000, ' of milliseconds');
const OTHERS: Record<string, Check> = {
  OTEL_METRIC_EXPORT_INTERVAL: milliseconds,
  OTEL_BSP_SCHEDULE_DELAY: milliseconds,
  OTEL_TRACES_SAMPLER_ARG: must('a number, 0 to 1', (text) => Number(text) >= 0 && Number(text) <= 1),
};

/** Each setting that a host can't be run with, in words; a variable that is empty is not set. */
export function wrongSettings(env: Environment): string[] {
  return Object.entries({ ...HOST_NAMES, ...OTHERS }).flatMap(([name, check]) => {
    const problem = env[name] && check(env[name]);
    return problem ? [`${name} ${problem}`] : [];
  });
}

/** Names that look like settings of a host and are none. */
export const unknownSettings = (env: Environment): string[] =>
  Object.keys(env)
    .filter((name) => name.startsWith('IC_HOST_') && !(name in HOST_NAMES))
    .map((name) => `${name} is set, and means nothing to a host (is it mistyped?)`);

/** Keys that may be guessed. */
export const weakKeys = (env: Environment): string[] =>
  ['IC_HOST_MASTER_KEY', 'IC_HOST_API_TOKEN']
    .filter((name) => env[name] && env[name].length < SHORT)
    .map((name) => `${name} has fewer than ${SHORT} characters: it may be guessed`);

/** Of `--port`, and of the variable that stands for it. */
export function readPort(text: string): number {
  const problem = HOST_NAMES.IC_HOST_PORT?.(text);
  if (problem) throw new InvalidArgumentError(`It ${problem}.`);
  return Number(text);
}

/** How long things are kept, where the environment says so. */
export const keptDays = (env: Environment): Record<string, number> =>
  Object.fromEntries(
    ['exchanges', 'changes', 'deliveries'].flatMap((kind) => {
      const text = env[`IC_HOST_KEEP_${kind.toUpperCase()}_DAYS`];
      return text ? [[kind, Number(text)]] : [];
    }),
  );
