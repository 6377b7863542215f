/** Look-ups that are wrong. */
import {
  type AccountLookup,
  type AccountSnapshot,
  AdapterError,
  Money,
  type PartnerInvoice,
  PlainDate,
} from '@ic-host/contracts';
import { readPages } from '@ic-host/contracts/kit';
import { AcmeRtdr } from '../../template/src/rtdr-provider.js';
import { mutant } from './mutant.js';

const of = mutant('rtdr-provider');
const field = (item: unknown, name: string): string => String((item as Record<string, unknown>)[name]);

class FloatMoney extends AcmeRtdr {
  protected override money(item: unknown, name: string): Money {
    return Money.ofCents(Math.floor(Number.parseFloat(field(item, name)) * 100));
  }
}
class UnsignedMoney extends AcmeRtdr {
  protected override money(item: unknown, name: string): Money {
    return Money.ofCents(Math.abs(Money.parse(field(item, name)).cents));
  }
}
class FirstPageOnly extends AcmeRtdr {
  protected override async invoices(accountNumber: string, signal: AbortSignal) {
    return { items: (await this.page(accountNumber, 1, signal)).items, complete: true };
  }
}
class LastPageForgotten extends AcmeRtdr {
  protected override async invoices(accountNumber: string, signal: AbortSignal) {
    const { items, totalPages } = await this.page(accountNumber, 1, signal);
    for (let page = 2; page < totalPages; page++) items.push(...(await this.page(accountNumber, page, signal)).items);
    return { items, complete: true };
  }
}
class FullPagesOnly extends AcmeRtdr {
  protected override async invoices(accountNumber: string, signal: AbortSignal) {
    const items: PartnerInvoice[] = [];
    for (let page = 1; ; page++) {
      const { items: more } = await this.page(accountNumber, page, signal);
      if (more.length === 0 && page === 1) return { items, complete: true };
      if (more.length < 50) return { items: page === 1 ? more : items, complete: true };
      items.push(...more);
    }
  }
}
class FailedPageSwallowed extends AcmeRtdr {
  protected override invoices(accountNumber: string, signal: AbortSignal) {
    const read = (page: number) => this.page(accountNumber, page, signal);
    const lenient = (page: number) => read(page).catch(() => ({ items: [], totalPages: 3 }));
    return readPages(read(1), lenient);
  }
}
class AlwaysComplete extends AcmeRtdr {
  protected override async invoices(accountNumber: string, signal: AbortSignal) {
    return { ...(await super.invoices(accountNumber, signal)), complete: true };
  }
}
class NeverComplete extends AcmeRtdr {
  protected override async invoices(accountNumber: string, signal: AbortSignal) {
    return { ...(await super.invoices(accountNumber, signal)), complete: false };
  }
}
class LocalDates extends AcmeRtdr {
  protected override date(item: unknown, name: string): PlainDate {
    const at = new Date(field(item, name));
    return PlainDate.of(at.getFullYear(), at.getMonth() + 1, at.getDate());
  }
}
class DayBefore extends AcmeRtdr {
  protected override date(item: unknown, name: string): PlainDate {
    const at = new Date(Date.parse(field(item, name)) - 1);
    return PlainDate.of(at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate());
  }
}
class MonthAndDaySwapped extends AcmeRtdr {
  protected override date(item: unknown, name: string): PlainDate {
    const { year, month, day } = PlainDate.parse(field(item, name));
    return day <= 12 ? PlainDate.of(year, day, month) : PlainDate.of(year, month, day);
  }
}
/** Changes the account number before anything is asked. */
const asking = (change: (accountNumber: string) => string) =>
  class extends AcmeRtdr {
    override lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
      return super.lookUp({ ...request, accountNumber: change(request.accountNumber) }, signal);
    }
  };
class NotFoundIsEmpty extends AcmeRtdr {
  override lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    return super.lookUp(request, signal).catch((error) => {
      if (AdapterError.is(error) && error.kind === 'not-found') return { invoices: [], complete: true };
      throw error;
    });
  }
}
class NotFoundIsOutage extends AcmeRtdr {
  override lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    return super.lookUp(request, signal).catch((error) => {
      throw AdapterError.is(error) && error.kind === 'not-found' ? new AdapterError('unavailable', 'failed') : error;
    });
  }
}
class AnswersWhatIsHeld extends AcmeRtdr {
  override async lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    const answer = await super.lookUp(request, signal);
    const known = new Set(answer.invoices.map(({ invoiceNumber }) => invoiceNumber));
    const paid = request.heldInvoiceNumbers
      .filter((invoiceNumber) => !known.has(invoiceNumber))
      .map((invoiceNumber) => ({ invoiceNumber, eligible: true, totalAmountDue: Money.ZERO, balanceDue: Money.ZERO }));
    return { ...answer, invoices: [...answer.invoices, ...paid] };
  }
}
class EmptyIsFailure extends AcmeRtdr {
  override async lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    const snapshot = await super.lookUp(request, signal);
    if (snapshot.invoices.length === 0) throw new AdapterError('malformed', 'no invoices');
    return snapshot;
  }
}
/** @param held where answers are kept, by account number */
const cachedIn = (held: () => Map<string, AccountSnapshot>) =>
  class extends AcmeRtdr {
    protected readonly cache = held();
    override async lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
      const known = this.cache.get(request.accountNumber);
      if (known) return known;
      const found = await super.lookUp(request, signal);
      this.cache.set(request.accountNumber, found);
      return found;
    }
  };
const sharedByAll = new Map<string, AccountSnapshot>();
class AccountInField extends AcmeRtdr {
  private current = '';
  override async lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    this.current = request.accountNumber;
    await new Promise((done) => setImmediate(done));
    return super.lookUp({ ...request, accountNumber: this.current }, signal);
  }
}
class GrowingList extends AcmeRtdr {
  private readonly all: PartnerInvoice[] = [];
  override async lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    const snapshot = await super.lookUp(request, signal);
    this.all.push(...snapshot.invoices);
    return { ...snapshot, invoices: [...this.all] };
  }
}
class KeepsEverything extends AcmeRtdr {
  private readonly history: Buffer[] = [];
  override async lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    const snapshot = await super.lookUp(request, signal);
    this.history.push(Buffer.from(JSON.stringify(snapshot).repeat(8)));
    return snapshot;
  }
}
class ListenersStay extends AcmeRtdr {
  override lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    const buffer = Buffer.alloc(4_000);
    signal.addEventListener('abort', () => buffer.fill(0));
    return super.lookUp(request, signal);
  }
}
class BelievesOldId extends AcmeRtdr {
  override async lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    const known = request.partnerAccountId?.startsWith('id-of-') ? request.partnerAccountId.slice(6) : undefined;
    return super.lookUp({ ...request, accountNumber: known ?? request.accountNumber }, signal);
  }
}
class CodeForReason extends AcmeRtdr {
  override async lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    const snapshot = await super.lookUp(request, signal);
    const { paymentBlock: block } = snapshot;
    return block
      ? { ...snapshot, paymentBlock: { ...block, reason: block.reason === null ? null : 'NSF2' } }
      : snapshot;
  }
}
class BlockForgotten extends AcmeRtdr {
  override async lookUp(request: AccountLookup, signal: AbortSignal): Promise<AccountSnapshot> {
    const { paymentBlock: _, ...snapshot } = await super.lookUp(request, signal);
    return snapshot;
  }
}

export const rtdrMutants = [
  of('floats for money', 'money', { rtdr: (client) => new FloatMoney(client) }),
  of('loses the sign of a credit', 'money', { rtdr: (client) => new UnsignedMoney(client) }),
  of('reads only page 1', 'pages', { rtdr: (client) => new FirstPageOnly(client) }),
  of('forgets the last page', 'pages page-counts', { rtdr: (client) => new LastPageForgotten(client) }),
  of('drops a last page that is not full', 'page-counts', { rtdr: (client) => new FullPagesOnly(client) }),
  of('goes on after a failed page, and says complete', 'last-page-fails', {
    rtdr: (client) => new FailedPageSwallowed(client),
  }),
  of('says complete though the pages disagree', 'shrinking growing', { rtdr: (client) => new AlwaysComplete(client) }),
  of('never says complete', 'finds no-invoices', { rtdr: (client) => new NeverComplete(client) }),
  of('dates by the machine’s time zone', 'time-zones', { rtdr: (client) => new LocalDates(client) }),
  of('off by one day', 'dates', { rtdr: (client) => new DayBefore(client) }),
  of('month and day swapped', 'dates', { rtdr: (client) => new MonthAndDaySwapped(client) }),
  of('trims the account number', 'account-numbers', { rtdr: (client) => new (asking((text) => text.trim()))(client) }),
  of('drops leading zeros', 'account-numbers', {
    rtdr: (client) => new (asking((text) => text.replace(/^0+/, '')))(client),
  }),
  of('writes account numbers in capitals', 'account-numbers', {
    rtdr: (client) => new (asking((text) => text.toUpperCase()))(client),
  }),
  of('an unknown account is an empty one', 'not-found', { rtdr: (client) => new NotFoundIsEmpty(client) }),
  of('an unknown account is an outage', 'not-found', { rtdr: (client) => new NotFoundIsOutage(client) }),
  of('what is held and not told is paid', 'held', { rtdr: (client) => new AnswersWhatIsHeld(client) }),
  of('no invoices is a failure', 'no-invoices', { rtdr: (client) => new EmptyIsFailure(client) }),
  of('caches what is owed', 'up-to-date', { rtdr: (client) => new (cachedIn(() => new Map()))(client) }),
  of('shares a cache between billers', 'no-mixing', { rtdr: (client) => new (cachedIn(() => sharedByAll))(client) }),
  of('keeps the account in a field', 'many-at-once', { rtdr: (client) => new AccountInField(client) }),
  of('a list in the instance that grows', 'repeat', { rtdr: (client) => new GrowingList(client) }),
  of('keeps every answer', 'memory', { rtdr: (client) => new KeepsEverything(client) }),
  of('leaves a listener on the signal', 'memory', { rtdr: (client) => new ListenersStay(client) }),
  of('believes an account id that is out of date', 'old-account-id', { rtdr: (client) => new BelievesOldId(client) }),
  of('a code for a reason', 'blocked', { rtdr: (client) => new CodeForReason(client) }),
  of('forgets that an account is blocked', 'blocked', { rtdr: (client) => new BlockForgotten(client) }),
];
