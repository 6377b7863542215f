/** Makes an adapter's module of its declaration: every expression is compiled as it is loaded, and run for each call. */
import {
  type AccountSnapshot,
  AdapterError,
  type AdapterModule,
  type AdapterSettings,
  adapterModule,
  ENROLLMENT_SINK,
  type Enrollment,
  type EnrollmentKind,
  type EnrollmentSink,
  Money,
  PARTNER_HTTP,
  type PartnerInvoice,
  PlainDate,
  RTDR_PROVIDER,
  type RtdrProvider,
  SETTINGS,
} from '@ic-host/contracts';
import { asRejection, partnerFault, readPages } from '@ic-host/contracts/kit';
import type { AxiosInstance } from 'axios';
import jsonata from 'jsonata';
import type { ManifestFault } from '../check-manifest.js';
import { checkManifest } from '../check-manifest.js';
import { DeclaredAdapter, DeclaredCall, DeclaredEnrollments, DeclaredLookUp } from './declared-adapter.js';

type Names = Record<string, unknown>;
type Run = (input: unknown, names: Names) => Promise<unknown>;

const FAILURES = new Set(['rejected', 'not-found']);
const listOf = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? [...value] : [value]);
const malformed = (code: string, message: string, cause?: unknown): AdapterError =>
  new AdapterError('malformed', message, { code, cause });

/** What JSONata calls out to, with errors of ours as they are. */
function compile(text: string): Run {
  const expression = jsonata(text);
  return async (input, names) => {
    try {
      return await expression.evaluate(input, names);
    } catch (error) {
      const own = AdapterError.is(error) ? error : (error as { cause?: unknown })?.cause;
      if (AdapterError.is(own)) throw own;
      throw malformed('mapping-failed', `${text.slice(0, 60)}: ${(error as Error).message ?? 'failed'}`, error);
    }
  };
}

/** One of the partner's operations, ready to be called. */
class Call {
  private readonly parts: Partial<Record<keyof DeclaredCall, Run>> = {};

  constructor(private readonly declared: DeclaredCall) {
    for (const part of ['url', 'body', 'headers', 'valid', 'success', 'failure', 'messages'] as const) {
      const text = declared[part];
      if (text !== undefined) this.parts[part] = compile(text);
    }
  }

  get name(): string {
    return this.declared.name;
  }

  /** Whether one of its expressions speaks of `$name`. */
  names(name: string): boolean {
    return Object.values(this.declared).some((text) =>
      String(text)
        .split(/[^\w$]/)
        .includes(`$${name}`),
    );
  }

  /** @throws AdapterError by what the partner answered, or by what went wrong on the way */
  async make(http: AxiosInstance, names: Names, signal: AbortSignal): Promise<{ answer: unknown; messages: string[] }> {
    const { name, method, effect } = this.declared;
    const url = await this.parts.url?.(undefined, names);
    if (typeof url !== 'string' || !URL.canParse(url))
      throw new AdapterError('misconfigured', `${name}: its address is no URL`, { code: 'setting-not-a-url' });
    const body = await this.parts.body?.(undefined, names);
    const headers = ((await this.parts.headers?.(undefined, names)) ?? {}) as Record<string, string>;
    let text: string;
    try {
      const response = await http.request<string>({
        ...{ url, method, headers, signal, responseType: 'text', transformResponse: [(data) => data] },
        ...(body === undefined ? {} : { data: body }),
        partnerCall: { operation: name, effect },
      });
      text = response.data;
    } catch (error) {
      throw partnerFault(error, name, effect);
    }
    return this.open(text, names);
  }

  private async open(text: string, names: Names) {
    const { name } = this.declared;
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      throw malformed('not-json', `${name}: the answer is not JSON`);
    }
    if (this.parts.valid && (await this.parts.valid(answer, names)) !== true)
      throw malformed('no-envelope', `${name}: the answer has not the form that is declared`);
    const messages = listOf(await this.parts.messages?.(answer, names)).map(String);
    if (this.parts.success && (await this.parts.success(answer, names)) !== true) {
      const told = await this.parts.failure?.(answer, names);
      const kind = FAILURES.has(String(told)) ? (told as 'rejected' | 'not-found') : 'rejected';
      throw new AdapterError(kind, `${name}: ${messages.join('; ') || 'the partner gave no reason'}`, {
        partnerMessages: messages,
      });
    }
    return { answer, messages };
  }
}

/** What expressions see besides the answers of steps. */
const GIVEN_NAMES = ['request', 'page', 'setting', 'require', 'option'];
const namesOf = (settings: AdapterSettings, request: unknown): Names => ({
  request,
  setting: (key: string) => settings.get(key),
  require: (key: string) => settings.require(key),
  option: (key: string) => settings.option(key),
});

function moneyOf(value: unknown, field: string): Money | undefined {
  if (value === undefined || value === null) return undefined;
  try {
    return typeof value === 'number' ? Money.fromJsonNumber(value) : Money.parse(String(value));
  } catch (error) {
    throw malformed(`malformed-${field}`, `${field} makes no sense`, error);
  }
}

function dateOf(value: unknown, field: string): PlainDate | undefined {
  if (value === undefined || value === null) return undefined;
  try {
    const text = String(value);
    return text.includes('/') ? PlainDate.parseUs(text) : PlainDate.parse(text);
  } catch (error) {
    throw malformed(`malformed-${field}`, `${field} makes no sense`, error);
  }
}

const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;

function toInvoice(item: unknown): PartnerInvoice {
  const told = (item ?? {}) as Record<string, unknown>;
  if (typeof told.invoiceNumber !== 'string' || told.invoiceNumber === '')
    throw malformed('no-invoice-number', 'an invoice has no number');
  if (typeof told.eligible !== 'boolean')
    throw malformed('no-eligible', `${told.invoiceNumber} is neither eligible nor not`);
  const { invoiceNumber, eligible, ineligibleReason, because, invoiceTypeId } = told;
  if (!eligible)
    return defined({
      invoiceNumber,
      eligible,
      ineligibleReason,
      because: because && listOf(because),
    }) as PartnerInvoice;
  return defined({
    ...{ invoiceNumber, eligible, invoiceTypeId },
    invoiceDate: dateOf(told.invoiceDate, 'invoiceDate'),
    invoiceDueDate: dateOf(told.invoiceDueDate, 'invoiceDueDate'),
    autoPayCollectionDate: dateOf(told.autoPayCollectionDate, 'autoPayCollectionDate'),
    totalAmountDue: moneyOf(told.totalAmountDue, 'totalAmountDue'),
    balanceDue: moneyOf(told.balanceDue, 'balanceDue'),
  }) as PartnerInvoice;
}

class DeclaredRtdr {
  private readonly steps: { as: string; after: string[]; call: Call; pages?: Run; items?: Run }[];
  private readonly snapshot: Run;

  constructor(declared: DeclaredLookUp, calls: ReadonlyMap<string, Call>) {
    this.steps = declared.steps.map(({ as, call, pages, items }, index) => ({
      ...{ as, call: calls.get(call) as Call },
      after: declared.steps
        .slice(0, index)
        .map((step) => step.as)
        .filter((name) => calls.get(call)?.names(name)),
      ...(pages ? { pages: compile(pages) } : {}),
      ...(items ? { items: compile(items) } : {}),
    }));
    this.snapshot = compile(declared.snapshot);
  }

  on(http: AxiosInstance, settings: AdapterSettings): RtdrProvider {
    return { lookUp: (request, signal) => this.lookUp(http, namesOf(settings, request), signal) };
  }

  private async lookUp(http: AxiosInstance, names: Names, signal: AbortSignal): Promise<AccountSnapshot> {
    let allPages = true;
    const done = new Map<string, Promise<void>>();
    const take = async ({ as, after, call, pages, items }: (typeof this.steps)[number]): Promise<void> => {
      for (const name of after) await done.get(name);
      const read = async (page: number) => {
        const { answer } = await call.make(http, { ...names, page }, signal);
        const total = pages ? await pages(answer, names) : 1;
        if (!Number.isInteger(total))
          throw malformed('no-total-pages', `${call.name}: how many pages there are is no number`);
        return { items: items ? listOf(await items(answer, names)) : [answer], totalPages: total as number };
      };
      const all = await readPages(read(1), read);
      allPages &&= all.complete;
      names[as] = items ? all.items : all.items[0];
    };
    for (const step of this.steps) {
      const taken = take(step);
      taken.catch(() => undefined); // that of an earlier step is told
      done.set(step.as, taken);
    }
    for (const taken of done.values()) await taken;
    const told = (await this.snapshot(undefined, names)) as Record<string, unknown> | undefined;
    if (typeof told !== 'object' || told === null) throw malformed('no-snapshot', 'the mapping gives no snapshot');
    const block = told.paymentBlock as AccountSnapshot['paymentBlock'];
    return defined({
      partnerAccountId: told.partnerAccountId === undefined ? undefined : String(told.partnerAccountId),
      paymentBlock:
        block &&
        defined({ ...block, reason: block.reason ?? null, because: block.because && (listOf(block.because) as never) }),
      invoices: listOf(told.invoices).map(toInvoice),
      complete: allPages && told.complete !== false,
    }) as AccountSnapshot;
  }
}

class DeclaredEnrollmentSink {
  private readonly reads = new Map<EnrollmentKind, { call: Call; enabled: Run }>();

  constructor(
    private readonly declared: DeclaredEnrollments,
    private readonly calls: ReadonlyMap<string, Call>,
  ) {
    for (const [kind, read] of Object.entries(declared.readBack ?? {}))
      this.reads.set(kind as EnrollmentKind, { call: calls.get(read.call) as Call, enabled: compile(read.enabled) });
  }

  on(http: AxiosInstance, settings: AdapterSettings): EnrollmentSink {
    const set = async (key: string, wish: Enrollment, signal: AbortSignal) => {
      const call = this.calls.get(key) as Call;
      const { messages } = await call.make(http, namesOf(settings, wish), signal).catch(asRejection);
      return { partnerMessages: messages };
    };
    return {
      setPaperless: (wish, signal) => set(this.declared.setPaperless, wish, signal),
      setAutopay: (wish, signal) => set(this.declared.setAutopay, wish, signal),
      ...(this.reads.size
        ? {
            readBack: async (kind: EnrollmentKind, accountNumber: string, signal: AbortSignal) => {
              const read = this.reads.get(kind);
              if (!read) return undefined;
              const names = namesOf(settings, { accountNumber });
              const { answer } = await read.call.make(http, names, signal);
              const enabled = await read.enabled(answer, names);
              if (typeof enabled === 'boolean') return enabled;
              throw malformed('malformed-enabled', `${read.call.name}: it tells neither on nor off`);
            },
          }
        : {}),
    };
  }
}

/** @returns the adapter's module, or everything that is wrong with the declaration */
export function declaredModule(value: unknown, file: string): { module: AdapterModule } | { faults: ManifestFault[] } {
  const checked = checkManifest(DeclaredAdapter, value, file);
  if ('faults' in checked) return checked;
  const { calls: given, lookUp, enrollments } = checked.manifest;
  const faults: ManifestFault[] = [];
  const part = <T extends object>(type: new () => T, of: unknown, path: string): T | undefined => {
    const found = checkManifest(type, of, file);
    if (!('faults' in found)) return found.manifest;
    faults.push(...found.faults.map((fault) => ({ ...fault, path: `${path}${fault.path}` })));
    return undefined;
  };
  const trying = <T>(path: string, make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      const { message, position } = error as { message: string; position?: number };
      faults.push({ file, path, message: `${message}${position === undefined ? '' : ` at ${position}`}` });
      return undefined;
    }
  };
  const calls = new Map<string, Call>();
  for (const [key, declared] of Object.entries(given)) {
    const good = part(DeclaredCall, declared, `/calls/${key}`);
    const call = good && trying(`/calls/${key}`, () => new Call(good));
    if (call) calls.set(key, call);
  }
  const named = (key: string | undefined, path: string): void => {
    if (key !== undefined && !(key in given))
      faults.push({ file, path, message: `names the call ${key}, which is not declared` });
  };
  const look = lookUp && part(DeclaredLookUp, lookUp, '/lookUp');
  const enroll = enrollments && part(DeclaredEnrollments, enrollments, '/enrollments');
  const taken = new Set(GIVEN_NAMES);
  for (const [index, { as, call }] of (look?.steps ?? []).entries()) {
    named(call, `/lookUp/steps/${index}/call`);
    if (taken.has(as)) faults.push({ file, path: `/lookUp/steps/${index}/as`, message: `${as} is another's name` });
    taken.add(as);
  }
  named(enroll?.setPaperless, '/enrollments/setPaperless');
  named(enroll?.setAutopay, '/enrollments/setAutopay');
  for (const [kind, read] of Object.entries(enroll?.readBack ?? {}))
    named(read.call, `/enrollments/readBack/${kind}/call`);
  const rtdr = look && trying('/lookUp', () => new DeclaredRtdr(look, calls));
  const sink = enroll && trying('/enrollments', () => new DeclaredEnrollmentSink(enroll, calls));
  if (faults.length) return { faults };
  return {
    module: adapterModule(({ bind }) => {
      const given = [PARTNER_HTTP, SETTINGS] as const;
      if (rtdr)
        bind(RTDR_PROVIDER)
          .toResolvedValue((http: AxiosInstance, settings: AdapterSettings) => rtdr.on(http, settings), [...given])
          .inSingletonScope();
      if (sink)
        bind(ENROLLMENT_SINK)
          .toResolvedValue((http: AxiosInstance, settings: AdapterSettings) => sink.on(http, settings), [...given])
          .inSingletonScope();
    }),
  };
}
