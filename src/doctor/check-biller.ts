/** Checks whether a biller's partner can be reached and takes our keys, with calls that change nothing there. */
import { X509Certificate } from 'node:crypto';
import {
  AdapterError,
  type ContractName,
  type ContractTypes,
  Money,
  type Payment,
  PlainDate,
} from '@ic-host/contracts';
import axios from 'axios';
import { inject, injectable } from 'inversify';
import { ADAPTERS, type AdapterRegistry } from '../adapters/adapter-registry.js';
import { BillerScopes } from '../adapters/biller-scopes.js';
import { BillerSettings } from '../billers/biller-settings.js';
import { type BillerConfig, Billers } from '../billers/billers.js';
import { overdueFile } from '../invoice-files/latest-files.js';
import { DATABASE, type Database } from '../store/database.js';
import { type Checked, failed, notChecked, type Outcome, ok, timed } from './checked.js';

/** Known to no partner: the answer "there is none" proves the address, the key and the form of the answer. */
const NOBODY = 'ic-host-doctor';
const TIME_MS = 10_000;
const MOST_SKEW_MS = 60_000;
const ADVICE_TLS = 'Put a new one, and its key, where the option tls points to.';
/** Partners take weeks to let a new certificate in. */
const CERTIFICATE_ENDS_MS = 30 * 86_400_000;

const ADVICE: Partial<Record<AdapterError['kind'], string>> = {
  misconfigured: 'Correct the URL or the key in the settings of this biller.',
  unavailable: 'The partner does not answer. Try again; if it stays so, ask the partner.',
  'unknown-outcome': 'The partner does not answer as it should. Try again; if it stays so, ask the partner.',
  malformed: 'Check that the URL is that of the partner’s API; if it is, ask the partner what has changed.',
  unsupported: 'Check the options of this biller.',
};

@injectable()
export class CheckBiller {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(ADAPTERS) private readonly adapters: AdapterRegistry,
    @inject(Billers) private readonly billers: Billers,
    @inject(BillerSettings) private readonly settings: BillerSettings,
    @inject(BillerScopes) private readonly scopes: BillerScopes,
  ) {}

  /** @throws Problem 404 `biller-not-found`, 422 `adapter-unknown` or `adapter-quarantined` */
  async check(billerId: string): Promise<Checked[]> {
    const config = await this.billers.get(billerId);
    const { manifest } = this.adapters.get(config.adapter);
    const [reached, ...others] = await Promise.all([
      this.reach(config),
      ...manifest.contracts.map(({ name }) => this.contract(config, name)),
      this.certificate(config),
      this.inbox(config),
    ]);
    return [...reached, ...others.flat()];
  }

  /** Asks each URL's host for its first page: any answer of HTTP means that it is there. */
  private async reach(config: BillerConfig): Promise<Checked[]> {
    const { manifest } = this.adapters.get(config.adapter);
    const http = await this.scopes.wayOut(config.billerId);
    const skews: number[] = [];
    const asked = manifest.settings
      .filter((setting) => setting.type === 'url')
      .map((setting) =>
        timed(
          'reach',
          setting.title,
          async () => {
            const url = this.settings.reveal(config, setting.key);
            if (!url) return notChecked('This setting is empty; it is not needed by every biller.');
            const sent = Date.now();
            const { headers } = await http.get(new URL('/', url).href, {
              ...{ validateStatus: () => true, timeout: TIME_MS },
              partnerCall: { operation: 'doctor', effect: 'read' },
            });
            const theirs = Date.parse(String(headers.date ?? ''));
            if (!Number.isNaN(theirs)) skews.push(theirs - (sent + Date.now()) / 2);
            return ok(`${new URL(url).host} answers.`);
          },
          outcomeOf,
        ),
      );
    const reached = await Promise.all(asked);
    if (skews.length === 0) return reached;
    const worst = skews.reduce((most, skew) => (Math.abs(skew) > Math.abs(most) ? skew : most));
    const clock = await timed('clock', null, async () =>
      Math.abs(worst) <= MOST_SKEW_MS
        ? ok("The partner's clock and ours agree.")
        : failed(
            'clock-skew',
            `The partner's clock is ${Math.round(Math.abs(worst) / 1000)} s ${worst > 0 ? 'ahead of' : 'behind'} ours.`,
            'Check that both machines set their clocks by NTP; keys and sessions with a time in them fail.',
          ),
    );
    return [...reached, clock];
  }

  private contract(config: BillerConfig, name: ContractName): Promise<Checked> {
    const { billerId } = config;
    const signal = AbortSignal.timeout(TIME_MS);
    const of = <Name extends ContractName>(wanted: Name): Promise<ContractTypes[Name]> =>
      this.scopes.contract(billerId, wanted);
    const ask: Record<ContractName, () => Promise<Outcome>> = {
      'rtdr-provider': async () => {
        if (!config.openBilling) return notChecked('This biller is not open billing: it uses no real-time look-ups.');
        await (await of('rtdr-provider')).lookUp({ accountNumber: NOBODY, heldInvoiceNumbers: [] }, signal);
        return ok('The partner answers look-ups and takes our key.');
      },
      'document-provider': async () => {
        (await (await of('document-provider')).fetch({ invoiceNumber: NOBODY }, signal)).stream.destroy();
        return ok('The partner answers requests for documents and takes our key.');
      },
      'enrollment-sink': async () => {
        const sink = await of('enrollment-sink');
        if (!sink.readBack) return this.evidence(billerId, ['paperless', 'autopay'], 'enrollment');
        const held = await sink.readBack('autopay', NOBODY, signal);
        return held === undefined
          ? this.evidence(billerId, ['paperless', 'autopay'], 'enrollment')
          : ok('The partner answers questions about enrollments and takes our key.');
      },
      'payment-sink': async () => {
        const sink = await of('payment-sink');
        if (!sink.find) return this.evidence(billerId, ['payment'], 'payment');
        await sink.find(NO_PAYMENT, signal);
        return ok('The partner answers questions about payments and takes our key.');
      },
      'invoice-file-parser': async () => this.latestFile(billerId),
    };
    return timed(name, null, ask[name], outcomeOf);
  }

  /** Where a partner can't be asked without a change, the latest delivery is what we know. */
  private async evidence(billerId: string, kinds: ('payment' | 'paperless' | 'autopay')[], word: string) {
    const latest = await this.database.db
      .selectFrom('deliveries')
      .select('updated_at')
      .where('biller_id', '=', billerId)
      .where('state', '=', 'delivered')
      .where('kind', 'in', kinds)
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    const why = `The partner has no question about a ${word} that would change nothing`;
    return notChecked(
      latest
        ? `${why}; the latest ${word} was delivered at ${latest.updated_at.toISOString()}.`
        : `${why}; none was delivered so far.`,
    );
  }

  private async latestFile(billerId: string): Promise<Outcome> {
    const file = await this.database.db
      .selectFrom('invoice_files')
      .selectAll()
      .where('biller_id', '=', billerId)
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    const overdue = file?.state === 'refused' ? undefined : await overdueFile(this.database.db, billerId);
    if (overdue)
      return failed('file-overdue', `The next file has not come in time: ${overdue}.`, 'Ask whoever sends it.');
    if (!file) return notChecked('No invoice file came so far.');
    if (file.state !== 'refused')
      return ok(`The latest file is ${file.file_name} of ${file.created_at.toISOString()}: ${file.state}.`);
    const { code = 'refused', detail = '' } = file.problem ?? {};
    return failed(
      code,
      `The latest file, ${file.file_name}, was refused: ${detail}.`,
      'See there what to tell the partner.',
    );
  }

  /** What partners are shown, where they ask for it: that it has ended, none of them says in words. */
  private async certificate(config: BillerConfig): Promise<Checked[]> {
    const identity = this.settings.tls(config);
    if (!identity) return [];
    const certificate = await timed(
      'certificate',
      null,
      async () => {
        const { cert } = identity();
        if (!cert) return notChecked('None is shown to the partner.');
        const ends = new Date(new X509Certificate(cert).validTo);
        const said = `The certificate that is shown to the partner is good until ${ends.toISOString()}.`;
        return +ends - Date.now() > CERTIFICATE_ENDS_MS ? ok(said) : failed('certificate-ends', said, ADVICE_TLS);
      },
      (error) =>
        AdapterError.is(error)
          ? outcomeOf(error)
          : failed('certificate-unreadable', `It can't be read: ${(error as Error).message}.`, ADVICE_TLS),
    );
    return [certificate];
  }

  private async inbox({ billerId, options }: BillerConfig): Promise<Checked[]> {
    if (options.inbox === undefined) return [];
    const inbox = await timed('inbox', null, async () => {
      const row = await this.database.db
        .selectFrom('inbox_states')
        .selectAll()
        .where('biller_id', '=', billerId)
        .executeTakeFirst();
      if (!row) return notChecked('No worker has looked into it yet.');
      if (!row.problem)
        return ok(`It was looked into at ${row.looked_at.toISOString()}; ${row.waiting.length} files wait.`);
      const advice = 'Check the folder, or the server’s address, host key and log-in, in the option inbox.';
      return failed('inbox-unreadable', `It can't be read: ${row.problem}.`, advice);
    });
    return [inbox];
  }
}

const NO_PAYMENT: Payment = {
  ...{ transactionId: NOBODY, accountNumber: NOBODY, invoiceNumber: NOBODY, amount: Money.ofCents(1) },
  ...{
    paymentDate: PlainDate.parse('2000-01-01'),
    method: 'ACH',
    source: 'Web',
    maskedNumber: '0000',
    payerName: NOBODY,
  },
};

function outcomeOf(error: unknown): Outcome {
  if (axios.isAxiosError(error)) {
    const code = (error.cause as { code?: string } | undefined)?.code ?? error.code ?? 'unreachable';
    const advice = 'Check the URL and, with the partner, that its machine is up and lets us in.';
    return failed('unreachable', `No answer: ${error.message} (${code}).`, advice);
  }
  if (!AdapterError.is(error)) throw error;
  // "There is none" is an answer: the call went through.
  if (error.kind === 'not-found') return ok('The partner answers and takes our key.');
  if (error.kind === 'rejected') return ok(`The partner answers: ${error.message}.`);
  return failed(error.code, `${error.message}.`, ADVICE[error.kind] ?? null);
}
