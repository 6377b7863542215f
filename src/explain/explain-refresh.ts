/** Why a customer can or can't pay, and why an account's invoices are as they are: from one look-up. Pure. */
import type { AccountSnapshot, AdapterError, Evidence, PartnerInvoice } from '@ic-host/contracts';
import type { Exchange } from '../egress/exchange-record.js';
import type { Redact } from '../egress/redaction.js';
import { type HeldInvoice, tellsAll } from '../rtdr/reconcile.js';
import { count, type Explanation, type Reason } from './explanation.js';

export interface RefreshFacts {
  accountNumber: string;
  /** When the partner was asked, and how long it took. */
  askedAt: Date;
  tookMs: number;
  exchanges: readonly Exchange[];
  heldBefore: readonly HeldInvoice[];
  /** When it was last refreshed before this. */
  refreshedAt: string | null;
  /** As it stands now. */
  paymentBlock: { ach: boolean; card: boolean; reason: string | null };
  invoices: readonly { invoiceNumber: string; status: string; balanceDue: string }[];
  redact: Redact;
}

const dollars = (cents: number | undefined): string => (cents === undefined ? 'nothing' : (cents / 100).toFixed(2));

const toDo: Partial<Record<AdapterError['kind'], string>> = {
  unavailable: 'Try again; if it lasts, the partner is down.',
  misconfigured: 'The biller’s settings must be corrected: run its check.',
  malformed: 'The partner’s answer makes no sense; its developers must see the exchange.',
  rejected: 'The partner refuses to answer for this account; its messages say why.',
  unsupported: 'This partner can’t be asked for accounts.',
  'not-found': 'The number is wrong, or the account is another biller’s.',
};

export function explainRefresh(facts: RefreshFacts, snapshot: AccountSnapshot): Explanation {
  const { heldBefore, exchanges } = facts;
  const reasons = [asked(facts), ...blockReasons(facts, snapshot)];
  const known = new Map(heldBefore.map((invoice) => [invoice.invoiceNumber, invoice]));
  for (const invoice of snapshot.invoices)
    reasons.push(invoiceReason(invoice, known.get(invoice.invoiceNumber), facts));
  const told = new Set(snapshot.invoices.map(({ invoiceNumber }) => invoiceNumber));
  const isAll = tellsAll(snapshot);
  for (const { invoiceNumber, status } of heldBefore)
    if (status === 'active' && !told.has(invoiceNumber))
      reasons.push(
        isAll
          ? {
              rule: 'gone',
              field: invoiceNumber,
              says: `${invoiceNumber} is deactivated: the partner told all its invoices, and this is none of them.`,
            }
          : {
              rule: 'kept',
              field: invoiceNumber,
              says: `${invoiceNumber} is kept: the partner did not tell it, but didn't tell all of its invoices for sure either.`,
            },
      );
  return { summary: summaryOf(facts, reasons), reasons, exchanges };
}

export function explainFailedRefresh(facts: RefreshFacts, error: AdapterError): Explanation {
  const { refreshedAt, exchanges, redact } = facts;
  const last = exchanges.length - 1;
  const reasons: Reason[] = [
    asked(facts),
    {
      rule: `partner-${error.kind}`,
      says: `The partner could not tell: ${redact(error.message)}. ${toDo[error.kind] ?? ''}`.trim(),
      ...{ field: 'code', value: error.code },
      ...(last >= 0 ? { exchange: last } : {}),
    },
    ...error.partnerMessages.map(
      (message): Reason => ({
        rule: 'partner-message',
        says: `The partner says: ${redact(message)}`,
        ...(last >= 0 ? { exchange: last } : {}),
      }),
    ),
  ];
  const shown =
    error.kind === 'not-found'
      ? 'The partner does not know this account.'
      : refreshedAt
        ? `The partner could not be asked; what it told at ${refreshedAt} is shown.`
        : 'The partner could not be asked, and nothing is held of this account.';
  if (error.kind !== 'not-found' && refreshedAt)
    reasons.push({ rule: 'held', says: `${summaryOf(facts, [])} That is as of ${refreshedAt}.`, at: refreshedAt });
  return { summary: shown, reasons, exchanges };
}

function asked({ askedAt, tookMs, exchanges }: RefreshFacts): Reason {
  const calls = exchanges.length
    ? ` by ${count(exchanges.length, 'call', 'calls')}: ${[...new Set(exchanges.map(({ operation }) => operation))].join(', ')}`
    : '';
  return {
    rule: 'asked',
    says: `The partner was asked${calls}; that took ${Math.round(tookMs)} ms.`,
    at: askedAt.toISOString(),
  };
}

function evidenceOf(evidence: readonly Evidence[] | undefined, { exchanges, redact }: RefreshFacts): Partial<Reason> {
  const first = evidence?.[0];
  if (!evidence || !first) return {};
  const exchange = exchanges.findIndex(({ operation }) => operation === first.operation);
  return {
    field: evidence.map(({ field }) => field).join(', '),
    value: redact(evidence.map(({ value }) => value).join(', ')),
    ...(exchange >= 0 ? { exchange } : {}),
  };
}

function blockReasons(facts: RefreshFacts, { paymentBlock: told }: AccountSnapshot): Reason[] {
  const { paymentBlock: block } = facts;
  if (!told)
    return [
      {
        rule: 'block-not-told',
        says: `This call of the partner tells nothing of blocks; what is held stays: ${blockWords(block)}.`,
      },
    ];
  const ways = blockWords(block);
  return [
    {
      rule: block.ach || block.card ? 'blocked' : 'not-blocked',
      says:
        block.ach || block.card
          ? `${ways}: ${facts.redact(block.reason ?? 'the partner gives no reason')}.`
          : `${ways}.`,
      ...evidenceOf(told.because, facts),
    },
  ];
}

const blockWords = ({ ach, card }: RefreshFacts['paymentBlock']): string => {
  if (ach && card) return 'Paying by bank account and by card is blocked';
  if (ach) return 'Paying by bank account is blocked, by card it is not';
  if (card) return 'Paying by card is blocked, by bank account it is not';
  return 'Neither way of paying is blocked';
};

function invoiceReason(invoice: PartnerInvoice, before: HeldInvoice | undefined, facts: RefreshFacts): Reason {
  const { invoiceNumber: number } = invoice;
  const [total, balance] = [invoice.totalAmountDue?.cents, invoice.balanceDue?.cents];
  if (!invoice.eligible)
    return {
      rule: 'not-eligible',
      says: `${number} is left alone: ${facts.redact(invoice.ineligibleReason ?? 'the partner does not say it is to be paid')}.`,
      ...{ field: number, ...evidenceOf(invoice.because, facts) },
    };
  if (!before && !(invoice.invoiceDate && invoice.invoiceDueDate))
    return {
      rule: 'no-dates',
      field: number,
      says: `${number} is not taken over: this call of the partner tells no dates, and without them no invoice is made.`,
    };
  if (!before) return { rule: 'new', field: number, says: `${number} is new, with a balance of ${dollars(balance)}.` };
  if (before.status === 'deactivated')
    return { rule: 'back', field: number, says: `${number} is active again: the partner tells it once more.` };
  const differences = [
    ...(before.balanceDue === balance
      ? []
      : [`its balance was ${dollars(before.balanceDue)} and is ${dollars(balance)}`]),
    ...(before.totalAmountDue === total
      ? []
      : [`its total was ${dollars(before.totalAmountDue)} and is ${dollars(total)}`]),
  ];
  return differences.length
    ? { rule: 'changed', field: number, says: `${number} has changed: ${differences.join(', ')}.` }
    : { rule: 'unchanged', field: number, says: `${number} is as it was: a balance of ${dollars(balance)}.` };
}

function summaryOf({ paymentBlock: block, invoices, redact }: RefreshFacts, reasons: readonly Reason[]): string {
  const because = redact(block.reason ?? 'the partner gives no reason');
  if (block.ach && block.card) return `This customer can't pay: ${because}.`;
  const open = invoices.filter(({ status, balanceDue }) => status === 'active' && Number(balanceDue) > 0);
  const by = block.ach ? ', by card only' : block.card ? ', by bank account only' : '';
  const why = by ? ` (${because})` : '';
  if (open.length) return `This customer can pay ${count(open.length, 'invoice', 'invoices')}${by}${why}.`;
  const left = reasons.filter(({ rule }) => rule === 'not-eligible').length;
  return `This customer has nothing to pay: no active invoice has a balance${left ? `, and ${count(left, 'invoice is', 'invoices are')} left alone` : ''}.`;
}
