import { expect } from 'chai';
import fc from 'fast-check';
import { holdsCardNumber, maskCardNumbers } from '../src/card-numbers.js';

describe('what looks like a card number', () => {
  for (const text of [
    '4242424242424242',
    'Jo 4242 4242 4242 4242 12/28',
    '3782-822463-10005',
    'card4242424242424242x',
    '0000-4242 4242 4242 4242',
    '6304000000000000000',
    '4222222222222',
    '5555\u00a05555\u00a05555\u00a04444',
    '4000\u20110000\u20110000\u20110002',
    '6011.1111.1111.1117',
    '3714/496353/98431 of Jo',
    '5105_1051_0510_5100',
  ])
    it(`sees one in ${text}`, () => expect(holdsCardNumber(text)).to.equal(true));
  for (const text of [
    '4242424242424241',
    '4242',
    '424242424242',
    'FM4000264061',
    '42424242424242424242424242',
    '11111111-1111-4111-8111-111111111117',
    '2026-11-24 10:15:00',
    '4242.4242/4242.4242',
    '424242424242.4242',
    '4242  4242  4242  4242',
    '4242.4242.4242.4241',
  ])
    it(`sees none in ${text}`, () => expect(holdsCardNumber(text)).to.equal(false));
});

describe('a card number in what others say', () => {
  it('is masked, and nothing else is changed: days and ids beside it stay as they are', () => {
    const text = (number: string) => `{"day":"2026-11-25","note":"1 2-3","number":"${number}","id":"35871617128871"}`;
    expect(maskCardNumbers(text('4242-4242 42424242'))).to.equal(text('************4242'));
    expect(maskCardNumbers(text('1234567890123456'))).to.equal(text('1234567890123456'));
    expect(maskCardNumbers('1-2 4242 4242 4242 4242-7 8')).to.equal('1-2 ************4242-7 8');
  });

  for (const [text, masked] of [
    ['card 4242424242424242 is unknown', 'card ************4242 is unknown'],
    ['4242 4242 4242 4242', '************4242'],
    ['of 3782-822463-10005 and 4242424242424242', 'of ***********0005 and ************4242'],
    ['11111111-1111-4111-8111-111111111117', '11111111-1111-4111-8111-111111111117'],
    ['4242424242424241', '4242424242424241'],
    ['', ''],
  ] as const)
    it(`is masked: ${text || 'nothing'}`, () => expect(maskCardNumbers(text)).to.equal(masked));
});

describe('card numbers, whichever they are and however they are written', () => {
  const withCheckDigit = (digits: string): string => {
    const sum = [...digits].reverse().reduce((all, digit, index) => {
      const doubled = index % 2 ? Number(digit) : Number(digit) * 2;
      return all + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
    return digits + ((10 - (sum % 10)) % 10);
  };
  const digit = fc.constantFrom(...'0123456789');
  const number = fc.array(digit, { minLength: 12, maxLength: 18 }).map((digits) => withCheckDigit(digits.join('')));
  const gap = fc.constantFrom('', '', '', ' ', '-', '\u00a0', '\u2009', '\u2013');
  const around = fc.string({ maxLength: 20 }).map((text) => text.replace(/[0-9]/g, '').concat(':'));

  it('are seen, and are gone when they are masked but for the last four digits', () =>
    fc.assert(
      fc.property(number, fc.array(gap, { minLength: 19, maxLength: 19 }), around, (digits, gaps, text) => {
        const written = [...digits].map((one, index) => (index ? (gaps[index] ?? '') : '') + one).join('');
        const said = `${text}${written}${text}`;
        expect(holdsCardNumber(said)).to.equal(true);
        const masked = maskCardNumbers(said);
        expect(masked).to.include(`*${digits.slice(-4)}`);
        expect(holdsCardNumber(masked)).to.equal(false);
      }),
    ));

  it('are masked wherever one is seen, and nothing is changed where none is', () => {
    const near = fc
      .array(fc.constantFrom(...'0123456789 -._/\u00a0a'), { minLength: 10, maxLength: 60 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(near, (text) => {
        const masked = maskCardNumbers(text);
        expect(masked !== text).to.equal(holdsCardNumber(text));
        expect(holdsCardNumber(masked)).to.equal(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
