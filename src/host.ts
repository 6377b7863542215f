/** Puts a host together: database, adapters, features, workers and server, and takes it apart again. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Container, ContainerModule, type Newable } from 'inversify';
import { ATTEMPT_LIMITS, type AttemptLimits, Attempts, DEFAULT_ATTEMPT_LIMITS } from './access/attempts.js';
import { Sessions } from './access/sessions.js';
import { OWN_TOKEN, Tokens } from './access/tokens.js';
import { ADAPTERS, loadAdapters } from './adapters/adapter-registry.js';
import { BillerScopes } from './adapters/biller-scopes.js';
import type { IsolationLimits } from './adapters/isolation/isolated-adapter.js';
import { ServedAdapters } from './adapters/served-adapters.js';
import { BillerSettings } from './billers/biller-settings.js';
import { Billers } from './billers/billers.js';
import { keptSecret } from './billers/kept-secret.js';
import { LateSecrets } from './billers/late-secrets.js';
import { SECRET_BOX, SecretBox } from './billers/secret-box.js';
import { DeliveryHours } from './console/delivery-hours.js';
import { Live } from './console/live.js';
import { NeedGauge } from './console/need-gauge.js';
import { Overview } from './console/overview.js';
import { ChangeBiller } from './deliveries/change-biller.js';
import { DatabaseHistory } from './deliveries/database-history.js';
import { Deliver } from './deliveries/deliver.js';
import { Deliveries } from './deliveries/deliveries.js';
import { DeliveryDecisions } from './deliveries/delivery-decisions.js';
import { DeliveryGauges } from './deliveries/delivery-gauges.js';
import { DeliveryList } from './deliveries/delivery-list.js';
import { DELIVERY_QUEUE, DeliveryQueue } from './deliveries/delivery-queue.js';
import { DELIVERY_STORE } from './deliveries/delivery-store.js';
import { HostWorld } from './deliveries/host-world.js';
import { Leases } from './deliveries/leases.js';
import { PartnerHolds } from './deliveries/partner-holds.js';
import { PostgresDeliveryStore } from './deliveries/postgres-delivery-store.js';
import { Reminders } from './deliveries/reminders.js';
import { CheckBiller } from './doctor/check-biller.js';
import { CheckHost } from './doctor/check-host.js';
import { FetchDocument } from './documents/fetch-document.js';
import { PartnerPaces } from './egress/partner-pace.js';
import { HOST_OPTIONS } from './host-options.js';
import { Draining } from './http/draining.js';
import { createServer } from './http/server.js';
import { DEFAULT_WAY_IN_LIMITS, WAY_IN_LIMITS, type WayInLimits } from './http/way-in.js';
import { ImportInvoiceFile } from './invoice-files/import-invoice-file.js';
import { Inboxes } from './invoice-files/inboxes.js';
import { InvoiceFiles } from './invoice-files/invoice-files.js';
import { cannotListen, refuseDeafPort } from './listening.js';
import { Opened } from './opened.js';
import { Reconciliations } from './reconciliation/reconciliations.js';
import { Repairs } from './reconciliation/repairs.js';
import { Recordings } from './recordings/recordings.js';
import { AccountStore } from './rtdr/account-store.js';
import { ChangeFeed } from './rtdr/change-feed.js';
import { HeldAccounts } from './rtdr/held-accounts.js';
import { KeepAccount } from './rtdr/keep-account.js';
import { RefreshAccount } from './rtdr/refresh-account.js';
import { Shadow } from './shadow/shadow.js';
import { claimDataDir } from './store/data-dir-claim.js';
import { DATABASE, openDatabase } from './store/database.js';
import { MOST_SKEW_MS } from './store/database-clock.js';
import { startEmbeddedPostgres } from './store/embedded-postgres.js';
import { DEFAULT_RETENTION, RETENTION, Retention, type RetentionDays } from './store/retention.js';
import { createLog, LOG, sparingly } from './telemetry/log.js';
import { startTelemetry, TELEMETRY } from './telemetry/telemetry.js';
import { HOST_VERSION } from './version.js';

/** How long is waited at the end, less than ten seconds in all: for requests and deliveries under way, */
const FINISH_MS = 4_000;
/** for whatever else is under way, once it is broken off, */
const LEAVE_MS = 3_000;
/** for what is still to be told, */
const TELL_MS = 1_000;
/** and for a database to hear that it is over. */
const CLOSE_MS = 500;
const IDLE_EVERY_MS = 50;

export interface HostStart {
  port: number;
  host: string;
  dataDir: string;
  manifest: string;
  role: 'all' | 'api' | 'worker';
  allowPrivateEgress: boolean;
  egressProxy?: string | undefined;
  /** A PostgreSQL of yours; the embedded one when left out. */
  databaseUrl?: string | undefined;
  /** Made and kept in the data directory when left out. */
  token?: string | undefined;
  masterKey?: string | undefined;
  attemptLimits?: Partial<AttemptLimits> | undefined;
  isolation?: Partial<IsolationLimits> | undefined;
  wayInLimits?: Partial<WayInLimits> | undefined;
  retention?: Partial<RetentionDays> | undefined;
  /** The database is one of before: what is queued in it may have been delivered. */
  restored?: boolean | undefined;
  logLevel: string;
  /** What is odd about how it is started, for its log. */
  warnings?: readonly string[] | undefined;
}

export interface RunningHost {
  url: string;
  token: string;
  /** For what runs inside the host's own process: the demonstration and tests. */
  container: Container;
  /** Says that it leaves, and goes on for so long: see {@link Draining}. */
  drain(ms: number): Promise<void>;
  close(): Promise<void>;
}

const features = new ContainerModule(({ bind }) => {
  const all: Newable<object>[] = [
    Billers,
    LateSecrets,
    BillerSettings,
    BillerScopes,
    RefreshAccount,
    KeepAccount,
    AccountStore,
    ChangeFeed,
    FetchDocument,
    Deliveries,
    DeliveryList,
    DeliveryDecisions,
    PartnerHolds,
    ChangeBiller,
    HostWorld,
    ServedAdapters,
    ImportInvoiceFile,
    InvoiceFiles,
    Inboxes,
    DeliveryGauges,
    PartnerPaces,
    HeldAccounts,
    CheckBiller,
    CheckHost,
    Overview,
    NeedGauge,
    Draining,
    DeliveryHours,
    Live,
    Tokens,
    Sessions,
    Attempts,
    Retention,
    Shadow,
    Reconciliations,
    Repairs,
    Recordings,
    DatabaseHistory,
  ];
  for (const feature of all) bind(feature).toSelf().inSingletonScope();
  bind(DELIVERY_STORE).to(PostgresDeliveryStore).inSingletonScope();
});

/** @throws Error in words for the terminal when something it needs is missing; nothing is left running then */
export async function startHost(options: HostStart): Promise<RunningHost> {
  const opened = new Opened();
  try {
    return await start(options, opened);
  } catch (error) {
    await opened.end().catch(() => undefined); // what is told is why it could not start
    throw error;
  }
}

/** Nobody's server, and no adapter, may keep a host from ending. */
const atMost = (ms: number, ended: Promise<unknown>): Promise<unknown> =>
  Promise.race([ended, wait(ms, undefined, { ref: false })]);

async function start(options: HostStart, opened: Opened): Promise<RunningHost> {
  await refuseDeafPort(options);
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const log = createLog(options.logLevel);
  for (const warning of options.warnings ?? []) log.warn(warning);
  // Before anything asks for a meter or a tracer.
  const telemetry = await startTelemetry(HOST_VERSION);
  const adapters = opened.add(
    await loadAdapters(options.manifest, {
      tell: (adapter, fault) =>
        log.error({ adapter, fault }, 'an isolated adapter’s thread ended; it is started again'),
      ...(options.isolation ? { isolation: options.isolation } : {}),
    }),
    (each) => each.close(),
  );
  const unpinned = [...adapters.loaded.values()].filter(({ pinned }) => !pinned).map(({ manifest }) => manifest.id);
  if (unpinned.length) log.warn({ adapters: unpinned }, 'adapters are not pinned: any change of their files is loaded');
  for (const { source, faults } of adapters.quarantined) log.error({ source, faults }, 'an adapter is quarantined');

  let connectionString = options.databaseUrl ?? '';
  if (!connectionString) {
    const embedded = await startEmbeddedPostgres(dataDir);
    ({ connectionString } = embedded);
    // Another host's is left alone: it is one's own by the claim.
    const giveBack = await claimDataDir(options.dataDir, connectionString);
    opened.add(embedded, (each) => each.stop());
    opened.add(giveBack, (end) => end());
  }
  const database = opened.add(
    await openDatabase(connectionString, {
      news: ({ answers, closed }) => {
        if (!answers) log.error('the database does not answer');
        else if (closed) log.warn({ closed }, 'the database is another now; connections to the one before were closed');
        else log.warn('the database answers again');
      },
      refused: sparingly(log, 'the database takes no more connections; who needs one waits for those there are'),
      isLater: (migrations) => log.warn({ migrations }, 'the tables are of a later version; this one works with them'),
    }),
    (each) => atMost(CLOSE_MS, each.close()),
  );
  const { skewMs } = database.clock;
  if (Math.abs(skewMs) > MOST_SKEW_MS)
    log.warn(
      { seconds: Math.round(skewMs / 1000) },
      'this machine’s clock is not the database’s; only logs and traces go by it',
    );
  const queue = opened.add(await DeliveryQueue.open(database, log), (each) => atMost(CLOSE_MS, each.close()));
  const token = options.token || keptSecret(dataDir, 'api-token');
  const box = new SecretBox(database.db, () => options.masterKey || keptSecret(dataDir, 'master-key'));
  await box.start();

  const container = new Container({ defaultScope: 'Singleton' });
  container.bind(LOG).toConstantValue(log);
  container.bind(TELEMETRY).toConstantValue(telemetry);
  container.bind(ADAPTERS).toConstantValue(adapters);
  container.bind(DATABASE).toConstantValue(database);
  container.bind(DELIVERY_QUEUE).toConstantValue(queue);
  container.bind(SECRET_BOX).toConstantValue(box);
  container.bind(OWN_TOKEN).toConstantValue(token);
  container.bind(ATTEMPT_LIMITS).toConstantValue({ ...DEFAULT_ATTEMPT_LIMITS, ...options.attemptLimits });
  container.bind(WAY_IN_LIMITS).toConstantValue({ ...DEFAULT_WAY_IN_LIMITS, ...options.wayInLimits });
  container.bind(RETENTION).toConstantValue({ ...DEFAULT_RETENTION, ...options.retention });
  container.bind(HOST_OPTIONS).toConstantValue({
    ...{
      allowPrivateEgress: options.allowPrivateEgress,
      egressProxy: options.egressProxy,
      dataDir,
      dataDirId: keptSecret(dataDir, 'data-dir-id'),
    },
  });
  container.load(features);

  const works = options.role !== 'api';
  const world = container.get<HostWorld>(HostWorld);
  const leases = new Leases(world.store);
  const deliver = new Deliver(world, leases);
  const reminders = new Reminders(world.store, (count) =>
    log.warn({ count }, 'deliveries were due without a job in the queue; they have one now'),
  );
  const inboxes = container.get<Inboxes>(Inboxes);
  const retention = container.get<Retention>(Retention);
  const reconciliations = container.get<Reconciliations>(Reconciliations);
  const importing = container.get<ImportInvoiceFile>(ImportInvoiceFile);
  const restored = options.restored === true;
  // What an api host takes in is attempted by others.
  if (works || restored) await container.get<DatabaseHistory>(DatabaseHistory).settle({ restored });
  const servedAdapters = container.get<ServedAdapters>(ServedAdapters);
  if (works) {
    const holds = container.get<PartnerHolds>(PartnerHolds);
    const untold = sparingly(log, 'the adapters of this host could not be told of');
    servedAdapters.start((mine) => holds.releaseOf(mine), untold);
    queue.work((id) => deliver.deliver(id));
    leases.start(sparingly(log, 'leases could not be renewed'));
    reminders.start(sparingly(log, 'deliveries without a job could not be looked for'));
    inboxes.start();
    retention.start();
    reconciliations.start();
  }
  await container.get<LateSecrets>(LateSecrets).seal();
  await importing.resume();
  const endGauges = [container.get<DeliveryGauges>(DeliveryGauges), container.get<NeedGauge>(NeedGauge)].map((gauges) =>
    gauges.start(),
  );
  const app = await createServer(container.get.bind(container));
  const draining = container.get<Draining>(Draining);
  const close = async (): Promise<void> => {
    draining.hasBegun = true;
    // A connection whose answer was under way is kept open by its client, and would be waited for.
    const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_EVERY_MS);
    const served = app.close().finally(() => clearInterval(idle));
    // What is under way may end by itself; what can't in time is broken off, and handed to the next host.
    await Promise.all([atMost(FINISH_MS, served), queue.drain(FINISH_MS)]);
    deliver.stop();
    app.server.closeAllConnections();
    const stopped = [importing, inboxes, retention, reconciliations, servedAdapters].map((each) => each.stop());
    await atMost(LEAVE_MS, Promise.all([served, queue.close(), ...stopped]));
    const kept = async (): Promise<void> => {
      await Promise.all([leases.stop(), reminders.stop()]);
      await container.get<KeepAccount>(KeepAccount).close();
      await container.get<AccountStore>(AccountStore).close();
    };
    await atMost(TELL_MS, Promise.all([kept(), telemetry.flush()]));
    for (const end of endGauges) end();
    await container.get<BillerScopes>(BillerScopes).close();
    await opened.end();
  };
  try {
    await app.listen({ port: options.port, host: options.host });
  } catch (error) {
    await close();
    throw cannotListen(options, error);
  }
  const { port } = app.server.address() as { port: number };
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    token,
    container,
    drain: (ms) => {
      draining.hasBegun = true;
      return wait(ms, undefined, { ref: false });
    },
    close,
  };
}
