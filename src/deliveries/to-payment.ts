/** A payment as the contracts have it, from the JSON that is kept of it. */
import { Money, type Payment, PlainDate } from '@ic-host/contracts';

export const toPayment = (request: Record<string, unknown>): Payment => ({
  ...(request as unknown as Payment),
  amount: Money.parse(String(request.amount)),
  paymentDate: PlainDate.parse(String(request.paymentDate)),
});
