/** What a Tryton holds, written and read directly, by other means than the adapter's: for the suite and the demonstration. */
import { Money } from '@ic-host/contracts';
import type { AccountSpec, FileRecordSpec, FileSpec, InvoiceSpec, LedgerEntry } from '@ic-host/contracts/suite';
import type { TrytonServer } from './tryton-server.js';

type Fields = Record<string, unknown>;

const text = (cents: number): string => Money.ofCents(cents).toString();
const decimal = (cents: number) => ({ __class__: 'Decimal', decimal: text(cents) });
const centsOf = (value: unknown): number => Money.parse((value as { decimal: string }).decimal).cents;
const date = (day: string) => {
  const [year, month, of] = day.split('-').map(Number);
  return { __class__: 'date', year, month, day: of };
};
const dayOf = (value: unknown): string => {
  const { year, month, day } = value as { year: number; month: number; day: number };
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
};
const ONE_JOURNAL = 'only one journal per period';
/** A document that is there already is not rendered on posting, which is most of what posting takes. */
const RENDERED = { invoice_report_cache: { __class__: 'bytes', base64: 'AA==' }, invoice_report_format: 'odt' };
/** What an invoice came to that nothing is owed of any more. */
const PAID_CENTS = 100;
const DAY_MS = 86_400_000;

/** Ids of what every invoice and payment is booked by. */
interface Chart {
  receivable: number;
  revenue: number;
  journal: number;
  method: number;
}

export class TrytonBook {
  private authorization = '';
  private context: Fields = {};
  private chart!: Chart;
  private user = 0;
  private readonly terms = new Map<number, Promise<number>>();
  private readonly categories = new Map<string, number>();

  private constructor(private readonly server: TrytonServer) {}

  static async open(server: TrytonServer): Promise<TrytonBook> {
    const book = new TrytonBook(server);
    const [id, key] = await book.send<[number, string]>('common.db.login', [
      server.user,
      { password: server.password },
      'en',
    ]);
    book.user = id;
    book.authorization = `Session ${Buffer.from(`${server.user}:${id}:${key}`).toString('base64')}`;
    book.context = await book.send<Fields>('model.res.user.get_preferences', [true, {}]);
    const first = async (model: string, domain: unknown[]) =>
      ((await book.read(model, domain, []))[0] as Fields).id as number;
    book.chart = {
      receivable: await first('account.account', [['type.receivable', '=', true]]),
      revenue: await first('account.account', [['type.revenue', '=', true]]),
      journal: await first('account.journal', [['type', '=', 'revenue']]),
      method: await first('account.invoice.payment.method', []),
    };
    for (const { id: category, name } of await book.read('party.category', [], ['name']))
      book.categories.set(String(name), category as number);
    return book;
  }

  /** Makes an account, or makes of one what the spec says. */
  async put({ accountNumber, invoices, blocked = false }: AccountSpec, name = 'Jordan Example'): Promise<void> {
    const known = await this.party(accountNumber);
    const party = known ?? (await this.makeParty(accountNumber, name));
    if (known !== undefined || blocked) {
      const change = [[blocked ? 'add' : 'remove', [this.categories.get('Payments blocked')]]];
      await this.call('model.party.party.write', [[party], { categories: change }]);
    }
    const held = known === undefined ? [] : await this.invoicesOf(party);
    const gone = held.filter(({ number }) => !invoices.some(({ invoiceNumber }) => invoiceNumber === number));
    if (gone.length) await this.call('model.account.invoice.cancel', [gone.map(({ id }) => id)]);
    const missing: InvoiceSpec[] = [];
    for (const spec of invoices) {
      const there = held.find(({ number }) => number === spec.invoiceNumber);
      // Nothing is due of an invoice over nothing; what is owed is nothing once it was paid.
      if (!there) missing.push(spec.cents === 0 ? { ...spec, cents: PAID_CENTS } : spec);
      else if (centsOf(there.amount_to_pay) !== spec.cents)
        await this.pay(there.id as number, centsOf(there.amount_to_pay) - spec.cents);
    }
    const posted = await this.post(party, missing);
    for (const [index, id] of posted.entries())
      if (invoices.some((spec) => spec.cents === 0 && spec.invoiceNumber === missing[index]?.invoiceNumber))
        await this.pay(id, PAID_CENTS);
  }

  /** What the ledger has of one of our payments. */
  async ledger(transactionId: string): Promise<LedgerEntry[]> {
    const moves = await this.read(
      'account.move',
      [
        ['description', '=', transactionId],
        ['origin', 'like', 'account.invoice,%'],
      ],
      ['date', 'lines.credit', 'lines.party.code'],
    );
    return Promise.all(
      moves.map(async ({ id, date: day, 'lines.': lines }) => {
        const paid = (lines as Fields[]).find(({ credit }) => centsOf(credit) > 0) ?? {};
        const against = await this.read(
          'account.move',
          [
            ['origin', '=', `account.move,${id}`],
            ['state', '=', 'posted'],
          ],
          [],
        );
        return {
          accountNumber: String((paid['party.'] as Fields).code),
          cents: centsOf(paid.credit),
          paymentDate: dayOf(day),
          returned: against.length > 0,
        };
      }),
    );
  }

  async isIn(accountNumber: string, category: string): Promise<boolean> {
    const [party] = await this.read('party.party', [['code', '=', accountNumber]], ['categories.name']);
    return ((party?.['categories.'] ?? []) as Fields[]).some(({ name }) => name === category);
  }

  /** An invoice as Tryton itself tells it. */
  async invoice(invoiceNumber: string): Promise<{ state: string; cents: number } | undefined> {
    const [found] = await this.read('account.invoice', [['number', '=', invoiceNumber]], ['state', 'amount_to_pay']);
    return found && { state: String(found.state), cents: centsOf(found.amount_to_pay) };
  }

  private invoicesOf(party: number): Promise<Fields[]> {
    const domain = [
      ['party', '=', party],
      ['state', 'in', ['posted', 'paid']],
    ];
    return this.read('account.invoice', domain, ['number', 'amount_to_pay']);
  }

  private async party(code: string): Promise<number | undefined> {
    return (await this.read('party.party', [['code', '=', code]], []))[0]?.id as number | undefined;
  }

  private async makeParty(code: string, name: string): Promise<number> {
    const values = { name, code, addresses: [['create', [{}]]] };
    return (await this.call<number[]>('model.party.party.create', [[values]]))[0] as number;
  }

  private async post(party: number, specs: InvoiceSpec[]): Promise<number[]> {
    if (specs.length === 0) return [];
    const [address] = await this.read('party.address', [['party', '=', party]], []);
    const { receivable, revenue, journal } = this.chart;
    const own = { currency: 1, company: 1 };
    const values = await Promise.all(
      specs.map(async ({ invoiceNumber, cents, invoiceDate, dueDate }) => ({
        ...{ number: invoiceNumber, type: 'out', party, invoice_address: address?.id, account: receivable, journal },
        ...RENDERED,
        ...{ invoice_date: date(invoiceDate), payment_term: await this.term(invoiceDate, dueDate), ...own },
        lines: [
          [
            'create',
            [
              {
                type: 'line',
                quantity: 1,
                unit_price: decimal(cents),
                account: revenue,
                description: 'Premium',
                ...own,
              },
            ],
          ],
        ],
      })),
    );
    const ids = await this.call<number[]>('model.account.invoice.create', [values]);
    await this.call('model.account.invoice.post', [ids]);
    return ids;
  }

  /** A payment term that leads from the one day to the other. */
  private term(from: string, to: string): Promise<number> {
    const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
    const made =
      this.terms.get(days) ??
      this.call<number[]>('model.account.invoice.payment_term.create', [
        [
          {
            name: `${days} days`,
            lines: [['create', [{ type: 'remainder', relativedeltas: [['create', [{ days }]]] }]]],
          },
        ],
      ]).then(([id]) => id as number);
    this.terms.set(days, made);
    return made;
  }

  private async pay(invoice: number, cents: number): Promise<void> {
    const [form] = await this.call<[number]>('wizard.account.invoice.pay.create', []);
    const start = {
      amount: decimal(cents),
      currency: 1,
      company: 1,
      date: date('2026-11-24'),
      payment_method: this.chart.method,
      description: null,
    };
    const active = { active_model: 'account.invoice', active_id: invoice, active_ids: [invoice] };
    const data = { start, ask: { type: 'partial' } };
    await this.call('wizard.account.invoice.pay.execute', [form, data, 'pay'], active);
  }

  private read(model: string, domain: unknown[], fields: string[]): Promise<Fields[]> {
    return this.call<Fields[]>(`model.${model}.search_read`, [domain, 0, null, null, fields]);
  }

  private call<T>(method: string, params: unknown[], more: Fields = {}): Promise<T> {
    return this.send<T>(method, [...params, { ...this.context, ...more }]);
  }

  private async send<T>(method: string, params: unknown[]): Promise<T> {
    for (;;) {
      const response = await fetch(this.server.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(this.authorization ? { authorization: this.authorization } : {}),
        },
        body: JSON.stringify({ id: 1, method, params }),
      });
      if (!response.ok) throw new Error(`${method}: HTTP ${response.status}`);
      const { result, error } = (await response.json()) as { result: T; error?: [string, unknown] };
      if (!error) return result;
      // Two at once were the first of a month: now it is there.
      if (JSON.stringify(error).includes(ONE_JOURNAL)) continue;
      // A question to the person at the screen, such as whether a day in the future is meant: it is.
      if (error[0] !== 'UserWarning') throw new Error(`${method}: ${JSON.stringify(error).slice(0, 2_000)}`);
      const [name] = error[1] as [string];
      await this.call('model.res.user.warning.create', [[{ user: this.user, name, always: false }]]);
    }
  }
}

const quoted = (value: unknown): string => `"${String(value).replaceAll('"', '""')}"`;
const WRONG: Partial<Record<NonNullable<FileSpec['wrong']>, Record<number, string>>> = {
  'record-type-of-first': { 0: 'D' },
  'date-of-first': { 5: '2026-02-30' },
  'amount-of-first': { 7: '1,000.00' },
};

/** An invoice file as the portal's export from Tryton writes it. */
export function* invoiceFile(spec: FileSpec, guid: string): Generator<string> {
  const list = spec.count === undefined ? [...spec.records] : spec.records;
  const count = spec.count ?? (list as FileRecordSpec[]).length;
  const cents = spec.totalCents ?? (list as FileRecordSpec[]).reduce((sum, record) => sum + record.cents, 0);
  const told = [spec.wrong === 'count' ? count + 1 : count, text(spec.wrong === 'total' ? cents + 1 : cents)];
  yield `HEADER,${quoted(guid)},2026-11-23,${told.join()}\n`;
  yield 'RecordType,InvoiceNumber,AccountNumber,PartyId,CustomerName,InvoiceDate,DueDate,TotalAmountDue,InvoiceTypeId,Format\n';
  let wrong = spec.wrong ? WRONG[spec.wrong] : undefined;
  for (const { invoiceNumber, accountNumber, customerName, invoiceDate, dueDate, cents: owed } of list) {
    const own = ['R', invoiceNumber, accountNumber, `party-of-${accountNumber}`, customerName, invoiceDate, dueDate];
    const cells = [...own, text(owed), '164', 'tryton'].map((value, index) => wrong?.[index] ?? value);
    wrong = undefined;
    yield `${cells.map(quoted).join()}\n`;
  }
  yield 'END\n';
}
