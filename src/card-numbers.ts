/** Finds what looks like a full card number: such a number must not be held here in any field, not even by mistake. */

const UUID = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi;
/** Spaces and dashes, also those that a text program puts in their place. */
const GAPS = /[ \-\u00a0\u2007-\u2015\u202f]/g;
/** Digits, also in groups with one space or dash between. */
const GROUPS = /[0-9]+(?:[ \-\u00a0\u2007-\u2015\u202f][0-9]+)*/g;
/** In the groups that are printed on a card, with another sign between them: days and sums have others. */
const PRINTED = /(?<![0-9])[0-9]{4}(?:([./_])[0-9]{4}\1[0-9]{4}\1[0-9]{4}|([./_])[0-9]{6}\2[0-9]{5})(?![0-9])/g;
const SHORTEST = 13;
const LONGEST = 19;

/** What may stand between two digits, and perhaps a little more. */
const mayBeGap = (code: number): boolean =>
  code === 32 || (code >= 45 && code <= 47) || code === 95 || code === 0xa0 || (code >= 0x2007 && code <= 0x202f);

/** Nearly every text has no so many digits, with at most one such sign between two, and needs no closer look. */
function hasEnoughDigits(text: string): boolean {
  let digits = 0;
  let gap = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 48 && code <= 57) {
      if (++digits === SHORTEST) return true;
      gap = 0;
    } else if (!mayBeGap(code) || ++gap > 1) digits = 0;
  }
  return false;
}

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

const isCardNumber = (digits: string): boolean =>
  digits.length >= SHORTEST && digits.length <= LONGEST && passesLuhn(digits);

const masked = (digits: string): string => `${'*'.repeat(digits.length - 4)}${digits.slice(-4)}`;
const digitsOf = (printed: string): string => printed.replace(/[^0-9]/g, '');

/** The first group that begins a card number, and the last that ends it. */
function cardIn(groups: readonly string[]): [from: number, to: number] | undefined {
  for (let from = 0; from < groups.length; from++) {
    let digits = '';
    let last: number | undefined;
    for (let to = from; to < groups.length && digits.length <= LONGEST; to++) {
      digits += groups[to];
      if (isCardNumber(digits)) last = to;
    }
    if (last !== undefined) return [from, last];
  }
  return undefined;
}

/**
 * True where 13 to 19 digits pass the Luhn check: a whole run of digits, or neighbouring groups of them ("4242 4242 …"),
 * whatever stands before or after; with dots, strokes or underlines between, in the groups of a card alone. A UUID is an
 * id, even where its digits would pass.
 */
export function holdsCardNumber(text: string): boolean {
  if (!hasEnoughDigits(text)) return false;
  const plain = text.replace(UUID, '');
  return (
    (plain.match(GROUPS) ?? []).some((match) => match.length >= SHORTEST && cardIn(match.split(GAPS)) !== undefined) ||
    (plain.match(PRINTED) ?? []).some((match) => isCardNumber(digitsOf(match)))
  );
}

/** The same text, of each card number only the last four digits left: for what others say and we keep. */
export function maskCardNumbers(text: string): string {
  if (!hasEnoughDigits(text)) return text;
  const ids = text.match(UUID) ?? [];
  const printed = (match: string): string => (isCardNumber(digitsOf(match)) ? masked(digitsOf(match)) : match);
  const parts = text.split(UUID).map((part) =>
    part.replace(PRINTED, printed).replace(GROUPS, (match) => {
      const groups = match.split(GAPS);
      const gaps = match.match(GAPS) ?? [];
      for (let found = cardIn(groups); found; found = cardIn(groups)) {
        const [from, to] = found;
        const digits = groups.slice(from, to + 1).join('');
        groups.splice(from, to - from + 1, masked(digits));
        gaps.splice(from, to - from);
      }
      return groups.map((group, index) => group + (gaps[index] ?? '')).join('');
    }),
  );
  return parts.map((part, index) => part + (ids[index] ?? '')).join('');
}
