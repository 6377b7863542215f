/** Gives recorded calls to another adapter, with the partner's answers as they were, and tells what comes out otherwise. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import {
  type AccountSnapshot,
  AdapterError,
  type AdapterLogger,
  CONTRACT_TOKENS,
  Money,
  PlainDate,
} from '@ic-host/contracts';
import { trace } from '@opentelemetry/api';
import type { Dispatcher } from 'undici';
import type { LoadedAdapter } from '../adapters/adapter-registry.js';
import { type OpenScope, openScope } from '../adapters/open-scope.js';
import { toPayment } from '../deliveries/to-payment.js';
import type { Exchange } from '../egress/exchange-record.js';
import { DEFAULT_LIMITS, type WireTap } from '../egress/partner-http.js';
import { type Outcome, outcomeOf, type Recording } from '../recordings/recordings.js';
import { compareLookUps, compareWrites, type Difference, type LookedUp } from '../shadow/compare.js';

const HEADER = 'x-ic-replay';
const CALL_MS = 10_000;

export interface Replayed {
  recording: Pick<Recording, 'id' | 'at' | 'contract' | 'method'>;
  /** About what: an account or a transaction. */
  subject: string;
  differences: Difference[];
  /** Calls that the adapter makes and that were not recorded: without an answer nothing is said of its outcome. */
  unanswered: string[];
}

export interface ReplayedBiller {
  billerId: string;
  guid: string;
  name: string;
  openBilling: boolean;
  invoiceTypeId: number;
  /** By key or setting id; secrets by any text. */
  settings: Record<string, unknown>;
  options: Record<string, unknown>;
}

interface Running {
  left: Exchange[];
  sent: { operation: string; method: string; path: string; body: string }[];
  unanswered: string[];
}

/** Answers as the partner did: by path, each answer once. */
class RecordedPartner implements WireTap {
  readonly firstPauseMs = 1;
  private readonly running = new Map<string, Running>();
  private current: string | undefined;
  private readonly server: Server = createServer((request, response) => {
    const running = this.running.get(String(request.headers[HEADER]));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      running?.sent.push({
        operation: path,
        method: request.method ?? '',
        path,
        body: Buffer.concat(chunks).toString(),
      });
      const index = running?.left.findIndex(({ url }) => pathOf(url) === path) ?? -1;
      const [exchange] = index < 0 ? [] : (running?.left.splice(index, 1) ?? []);
      if (!exchange) {
        running?.unanswered.push(`${request.method} ${path}`);
        response.writeHead(501).end();
      } else if (exchange.status === null) request.socket.destroy();
      else response.writeHead(exchange.status, { 'content-type': 'application/json' }).end(exchange.response);
    });
  });

  static async start(): Promise<RecordedPartner> {
    const made = new RecordedPartner();
    await new Promise<void>((done) => made.server.listen(0, '127.0.0.1', done));
    return made;
  }

  async run(
    id: string,
    exchanges: readonly Exchange[],
    work: () => Promise<unknown>,
  ): Promise<Running & { ended: { value: unknown } | { error: unknown } }> {
    const running: Running = { left: [...exchanges], sent: [], unanswered: [] };
    this.running.set(id, running);
    this.current = id;
    try {
      return { ...running, ended: { value: await work() } };
    } catch (error) {
      return { ...running, ended: { error } };
    } finally {
      this.running.delete(id);
    }
  }

  connector: WireTap['connector'] = (connect) => connect;

  intercept: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
    const origin = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    const headers = { ...(options.headers as Record<string, string>), [HEADER]: this.current ?? '' };
    return dispatch({ ...options, origin, headers }, handler);
  };

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname + new URL(url).search : url);

/** Values of contracts, from their JSON. */
function revived(contract: string, method: string, input: readonly unknown[]): unknown[] {
  if (contract !== 'payment-sink') return [...input];
  const [first] = input as [Record<string, unknown>];
  if (method === 'post') return [toPayment(first)];
  return [
    {
      ...first,
      payment: toPayment(first.payment as Record<string, unknown>),
      returnedOn: PlainDate.parse(String(first.returnedOn)),
    },
  ];
}

function revivedSnapshot(value: unknown): AccountSnapshot {
  const { invoices, ...rest } = value as Omit<AccountSnapshot, 'invoices'> & { invoices: Record<string, unknown>[] };
  const money = (text: unknown) => (text === undefined ? undefined : Money.parse(String(text)));
  const day = (text: unknown) => (text === undefined ? undefined : PlainDate.parse(String(text)));
  return {
    ...rest,
    invoices: invoices.map((item) => ({
      ...item,
      ...{ totalAmountDue: money(item.totalAmountDue), balanceDue: money(item.balanceDue) },
      ...{ invoiceDate: day(item.invoiceDate), invoiceDueDate: day(item.invoiceDueDate) },
      autoPayCollectionDate: day(item.autoPayCollectionDate),
    })),
  } as unknown as AccountSnapshot;
}

const silent = (): void => undefined;
const log: AdapterLogger = { debug: silent, info: silent, warn: silent, error: silent };

/** Replays one after another; nothing leaves this process but to itself. */
export async function* replay(
  adapter: LoadedAdapter,
  biller: ReplayedBiller,
  recordings: AsyncIterable<Recording> | Iterable<Recording>,
): AsyncGenerator<Replayed> {
  const partner = await RecordedPartner.start();
  const { manifest, module } = adapter;
  const scope = openScope({
    ...{
      manifest,
      module,
      log,
      options: biller.options,
      allowPrivate: true,
      pace: async () => undefined,
      tap: partner,
    },
    biller: {
      billerId: biller.billerId,
      guid: biller.guid,
      name: biller.name,
      openBilling: biller.openBilling,
      invoiceTypeId: biller.invoiceTypeId,
    },
    read: (key) =>
      textOf(
        biller.settings[key] ?? biller.settings[manifest.settings.find((spec) => spec.key === key)?.settingId ?? key],
      ),
    ...{ limits: { ...DEFAULT_LIMITS, ...manifest.limits }, tracer: trace.getTracer('ic-host') },
  });
  try {
    for await (const recording of recordings) yield await one(partner, scope, recording);
  } finally {
    await scope.wayOut.close();
    partner.close();
  }
}

/** A secret of a file or of the environment is not asked for: the partner is none that knows it. */
const textOf = (value: unknown): string | undefined =>
  value === undefined || typeof value === 'string' ? value : 'replayed';

async function one(
  partner: RecordedPartner,
  { container, redact }: OpenScope,
  recording: Recording,
): Promise<Replayed> {
  const { id, at, contract, method, input, outcome, exchanges } = recording;
  const { ended, sent, unanswered } = await partner.run(id, exchanges, async () => {
    const implementation = (await container.getAsync(CONTRACT_TOKENS[contract] as never)) as Record<string, unknown>;
    const call = implementation[method];
    if (typeof call !== 'function') throw new AdapterError('unsupported', `the adapter has no ${method}`);
    return call.apply(implementation, [...revived(contract, method, input), AbortSignal.timeout(CALL_MS)]);
  });
  const [first] = input as [Record<string, unknown> | undefined];
  const subject = String(
    first?.transactionId ??
      (first?.payment as { transactionId?: string } | undefined)?.transactionId ??
      first?.accountNumber ??
      input[1] ??
      '',
  );
  // As it would have been kept: in JSON.
  const now: Outcome = JSON.parse(JSON.stringify(outcomeOf('value' in ended ? { value: ended.value ?? null } : ended)));
  const differences =
    contract === 'rtdr-provider'
      ? lookUpDifferences(outcome, now)
      : writeDifferences(
          outcome,
          now,
          exchanges,
          sent.map((call) => ({ ...call, body: redact(call.body) })),
        );
  return { recording: { id, at, contract, method }, subject, differences, unanswered };
}

function lookUpDifferences(before: Outcome, now: Outcome): Difference[] {
  const side = (outcome: Outcome): LookedUp =>
    'error' in outcome ? { error: outcome.error.kind as never } : { snapshot: revivedSnapshot(outcome.value) };
  return compareLookUps([], { ach: false, card: false }, side(before), side(now));
}

function writeDifferences(
  before: Outcome,
  now: Outcome,
  exchanges: readonly Exchange[],
  sent: { operation: string; method: string; path: string; body: string }[],
): Difference[] {
  const told = (outcome: Outcome): string => ('error' in outcome ? outcome.error.kind : JSON.stringify(outcome.value));
  const isSame = isDeepStrictEqual(
    'error' in before ? before.error.kind : before.value,
    'error' in now ? now.error.kind : now.value,
  );
  const differences: Difference[] = isSame
    ? []
    : [{ field: 'outcome', of: null, first: told(before), second: told(now) }];
  const recorded = exchanges.map(({ operation, url, request }) => ({
    operation,
    method: 'POST',
    path: pathOf(url),
    body: request,
  }));
  const alike = sent.map((call) => ({ ...call, method: 'POST' }));
  return [...differences, ...compareWrites({ calls: recorded, refused: null }, { calls: alike, refused: null }, true)];
}
