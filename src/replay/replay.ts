/** Gives recorded calls to another adapter, with the partner's answers as they were, and tells what comes out otherwise. */
import { isDeepStrictEqual } from 'node:util';
import {
  type AccountSnapshot,
  type AdapterManifest,
  type CallFixture,
  Money,
  PlainDate,
  pathOf,
  type RecordedCall,
  type RecordedOutcome,
} from '@ic-host/contracts';
import { billerOf, type CalledAgain, callAgain, fixtureDifferences, type SuiteScope } from '@ic-host/contracts/suite';
import type { LoadedAdapter } from '../adapters/adapter-registry.js';
import { maskCardNumbers } from '../card-numbers.js';
import type { Recording } from '../recordings/recordings.js';
import { compareLookUps, compareWrites, type Difference, type LookedUp } from '../shadow/compare.js';
import { AdapterBench } from '../verify/adapter-bench.js';

export interface Replayed {
  recording: Recording;
  /** About what: an account or a transaction. */
  subject: string;
  differences: Difference[];
  /** Calls that the adapter makes and that were not recorded: without an answer nothing is said of its outcome. */
  unanswered: readonly string[];
}

/** As the host tells of a biller. */
export interface ReplayedBiller {
  guid: string;
  openBilling: boolean;
  invoiceTypeId: number;
  /** By setting id; one that is secret, or held elsewhere, is no text. */
  settings: Record<string, unknown>;
  options: Record<string, unknown>;
}

/** One adapter, with the biller whose calls are replayed on it. */
export class Replay {
  private constructor(
    private readonly manifest: AdapterManifest,
    private readonly bench: AdapterBench,
    private readonly scope: SuiteScope,
    /** As a fixture has it. */
    readonly recordedOf: CallFixture['biller'],
  ) {}

  static async open(adapter: LoadedAdapter, { guid, openBilling, invoiceTypeId, settings, options }: ReplayedBiller) {
    const { manifest } = adapter;
    const known = manifest.settings.flatMap(({ key, settingId, secret }) => {
      const value = settings[key] ?? settings[settingId ?? key];
      return secret || typeof value !== 'string' ? [] : [[key, value] as const];
    });
    // Others are the host's own.
    const chosen = (manifest.options ?? []).flatMap(({ key }) =>
      key in options ? [[key, options[key]] as const] : [],
    );
    const recordedOf = {
      ...{ guid, openBilling, invoiceTypeId, settings: Object.fromEntries(known), options: Object.fromEntries(chosen) },
    };
    const bench = await AdapterBench.start(adapter, { allowPrivate: true });
    return new Replay(manifest, bench, await bench.open(billerOf({ biller: recordedOf }, manifest)), recordedOf);
  }

  /** Nothing leaves this process but to itself. */
  async replay(kept: Recording): Promise<Replayed> {
    const recording = withoutCardNumbers(kept);
    this.scope.forget();
    const again = await callAgain(this.scope, recording);
    const differences =
      recording.contract === 'rtdr-provider'
        ? lookUpDifferences(recording.outcome, again.outcome)
        : writeDifferences(recording, again);
    return { recording, subject: subjectOf(recording), differences, unanswered: again.unanswered };
  }

  /** In what a fixture's call comes out otherwise. */
  differences(fixture: CallFixture): Promise<string[]> {
    return fixtureDifferences(this.bench, this.manifest, fixture);
  }

  async close(): Promise<void> {
    await this.scope.close();
    await this.bench.close();
  }
}

/** As exchanges are kept: what looks like a card number in an answer is masked there, and so it must be wherever it goes. */
export function withoutCardNumbers<Kept extends RecordedCall>(kept: Kept): Kept {
  const masked = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value), (_, item) => (typeof item === 'string' ? maskCardNumbers(item) : item));
  return { ...kept, input: masked(kept.input), outcome: masked(kept.outcome) };
}

function subjectOf({ input }: RecordedCall): string {
  const [first, second] = input as [Record<string, unknown> | undefined, unknown];
  const payment = first?.payment as { transactionId?: string } | undefined;
  return String(first?.transactionId ?? payment?.transactionId ?? first?.accountNumber ?? second ?? '');
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

function lookUpDifferences(before: RecordedOutcome, now: RecordedOutcome): Difference[] {
  const side = (outcome: RecordedOutcome): LookedUp =>
    'error' in outcome ? { error: outcome.error.kind as never } : { snapshot: revivedSnapshot(outcome.value) };
  return compareLookUps([], { ach: false, card: false }, side(before), side(now));
}

function writeDifferences({ outcome: before, exchanges }: RecordedCall, { outcome: now, sent }: CalledAgain) {
  const told = (outcome: RecordedOutcome): string =>
    'error' in outcome ? outcome.error.kind : JSON.stringify(outcome.value);
  const isSame = isDeepStrictEqual(
    'error' in before ? before.error.kind : before.value,
    'error' in now ? now.error.kind : now.value,
  );
  const differences: Difference[] = isSame
    ? []
    : [{ field: 'outcome', of: null, first: told(before), second: told(now) }];
  // What was sent is kept without its method.
  const call = (operation: string, url: string, body: string) => ({ operation, method: '', path: pathOf(url), body });
  const first = exchanges.map(({ operation, url, request }) => call(operation, url, request));
  const second = sent.map(({ operation, url, body }) => call(operation, url, body));
  return [...differences, ...compareWrites({ calls: first, refused: null }, { calls: second, refused: null }, true)];
}
