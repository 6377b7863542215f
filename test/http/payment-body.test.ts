import { expect } from 'chai';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { PaymentBody, readBody } from '../../src/http/bodies.js';

const SOUND = {
  ...{ transactionId: 't1', accountNumber: 'a1', invoiceNumber: 'i1', amount: '12.50', paymentDate: '2026-11-24' },
  ...{ method: 'Visa', source: 'Web', maskedNumber: '4242', payerName: 'Jordan Example' },
};
const ODD = [
  ...[undefined, null, '', ' ', 0, 1, -1, 12.5, true, false, [], ['a'], {}, { a: 1 }, Number.NaN],
  ...['Visa', 'visa', 'ACH', '4', '4242', '42424', '42a', '2026-02-30', '2026-11-24', '24.11.2026', '1.234', '1e3'],
  ...[
    '-5',
    '0',
    '0.00',
    '99999999999999',
    'é'.repeat(100),
    '😀'.repeat(51),
    'x'.repeat(50),
    'x'.repeat(51),
    'x'.repeat(201),
  ],
];

describe('a payment’s body', () => {
  it('is taken by the compiled check only where every rule of the class would take it', () => {
    let taken = 0;
    for (const field of [...Object.keys(SOUND), 'bankName', 'unknown'])
      for (const odd of ODD) {
        const body = { ...SOUND, [field]: odd };
        const instance = plainToInstance(PaymentBody, body);
        const rules = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true });
        const isRight = rules.length === 0 && instance.amount.isPositive;
        let read: unknown;
        try {
          read = readBody(PaymentBody, body);
        } catch (error) {
          read = (error as { code: string }).code;
        }
        if (isRight) expect(read, `${field}: ${String(odd)}`).to.be.instanceOf(PaymentBody);
        else expect(read, `${field}: ${String(odd)}`).to.equal('invalid-request');
        if (isRight) taken++;
      }
    expect(taken).to.be.above(50);
  });

  it('has no field of a name that every object has', () => {
    for (const name of ['toString', 'hasOwnProperty', 'constructor'])
      expect(() => readBody(PaymentBody, { ...SOUND, [name]: 1 })).to.throw(`${name} is no name of a field`);
  });
});
