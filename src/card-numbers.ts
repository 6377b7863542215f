/** Finds what looks like a full card number: such a number must not be held here in any field, not even by mistake. */

const UUID = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi;
/** Digits, also in groups with one space or dash between. */
const GROUPS = /[0-9]+(?:[ -][0-9]+)*/g;
const SHORTEST = 13;
const LONGEST = 19;

/** The check digit of ISO/IEC 7812. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/**
 * True where 13 to 19 digits pass the Luhn check: a whole run of digits, or neighbouring groups of them ("4242 4242 …"),
 * whatever stands before or after. A UUID is an id, even where its digits would pass.
 */
export function holdsCardNumber(text: string): boolean {
  if (text.length < SHORTEST) return false;
  for (const [match] of text.replace(UUID, '').matchAll(GROUPS)) {
    if (match.length < SHORTEST) continue;
    const groups = match.split(/[ -]/);
    for (let from = 0; from < groups.length; from++) {
      let digits = '';
      for (let to = from; to < groups.length && digits.length <= LONGEST; to++) {
        digits += groups[to];
        if (digits.length >= SHORTEST && digits.length <= LONGEST && passesLuhn(digits)) return true;
      }
    }
  }
  return false;
}
