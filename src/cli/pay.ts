/** `ic-host pay BILLER JSON`: hands a payment over and waits until it is settled, or ten seconds. */
import { answerOf, type Schemas } from '@ic-host/client';
import type { Command } from 'commander';
import { connect, hostCommand } from './connection.js';
import { jsonObject } from './option-values.js';
import { describeUse, EXIT, printJson, stateText } from './terminal.js';

export function payCommand(program: Command): void {
  const command = hostCommand(program, 'pay', 'hand a payment over; waits up to ten seconds until it is settled')
    .argument('<biller>', 'id of the biller')
    .argument('<payment>', 'the payment, as JSON', jsonObject)
    .action(async (billerId: string, body: Schemas['PaymentBody'], options) => {
      const payment = await answerOf(
        connect(options).POST('/v1/billers/{billerId}/payments', {
          params: { path: { billerId } },
          headers: { prefer: 'wait=10' },
          body,
        }),
      );
      if (payment.state === 'rejected' || payment.state === 'parked') process.exitCode = EXIT.failed;
      if (options.json) return printJson(payment);
      console.log(
        `${payment.transactionId}: ${stateText(payment.state)}${payment.duplicate ? ', the partner had it already' : ''}`,
      );
      if (payment.confirmationNumber) console.log(`confirmation: ${payment.confirmationNumber}`);
      if (payment.payoffAmount) console.log(`payoff after it: ${payment.payoffAmount}`);
      if (payment.reason) console.log(payment.reason);
      for (const message of payment.partnerMessages) console.log(`the partner said: ${message}`);
      if (payment.state === 'queued') console.log('It is held, and goes on by itself.');
      if (payment.state === 'parked') console.log(`It needs a person: ic-host deliveries show ${payment.deliveryId}`);
    });
  const example = {
    ...{ transactionId: 't-1', accountNumber: 'FM4000264061', invoiceNumber: 'f2fa7664-a055-4780-bf51-2b33f0889d42' },
    ...{ amount: '15.00', paymentDate: '2026-11-24', method: 'Visa', source: 'Web', maskedNumber: '4242' },
    payerName: 'Jordan Example',
  };
  describeUse(command, [`pay 1663 '${JSON.stringify(example)}'`], {
    0: 'it is held; settled as delivered, or on its way',
    1: 'refused, rejected by the partner, or parked for a person',
  });
}
