import { expect } from 'chai';
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
