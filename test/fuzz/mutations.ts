/** Ways in which a file can be wrong: each takes good bytes and spoils them by chance. */

export type Chance = (below: number) => number;

/** The same seed, the same chances (mulberry32). */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const pick = <T>(list: readonly T[], chance: Chance): T => list[chance(list.length)] as T;
const MB = 1 << 20;

/** Values that a field may have, wrongly or rightly. */
const VALUES = [
  ...[
    'null',
    'true',
    'false',
    '""',
    '"x"',
    '0',
    '-0',
    '00',
    '007',
    '012.50',
    '7',
    '-3.10',
    '12.5',
    '1e3',
    '1.005',
    '1e400',
    '65801',
  ],
  ...['"0.1"', '"007"', '"1.005"', '"1,000.00"', '"-0.00"', '"9999999999999.99"', '"10000000000000.00"', '[]', '{}'],
  ...['9007199254740993', '9'.repeat(400), `0.${'1'.repeat(400)}`, '"02/29/2028"', '"02/30/2026"', '"2/3/2026"', '"N"'],
  ...[
    '"D"',
    '"\\u004e"',
    '"\\u0000"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"A\\/b\\n"',
    '"\u2028😀é"',
    '{"a":[1,{"b":"]}"}]}',
  ],
];
const NAMES = [
  'InvoiceNumber',
  'TotalAmountDue',
  'PastDue',
  'InvoiceDate',
  'AllowPartialPayments',
  'City',
  'RecordType',
];
/** Pieces of JSON, and of what is almost JSON. */
const PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '\\"',
    '\\x',
    '\0',
    'nul',
    'NaN',
    'Infinity',
    '-',
    '.5',
    '1.',
    '/**/',
    ' ',
  ],
  ...[
    '"__proto__":{"InvoiceNumber":"x"},',
    '"constructor":1,',
    '"toString":"x",',
    '"Invoices":[],',
    '"FileHeader":{},',
  ],
  ...['"InvoiceHeader":{},', '"CustomerRecord":null,', '"InvoiceHeader":7,', '"Inv\\u006fices":[],', '\uFEFF', '{},'],
];
const insert = (bytes: Buffer, at: number, piece: Buffer | string, over = 0): Buffer =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(piece), bytes.subarray(at + over)]);

/** A place where a value, a name or a separator begins: there a piece does more than inside a text. */
function joint(bytes: Buffer, chance: Chance): number {
  for (let tries = 0; tries < 20; tries++) {
    const at = chance(bytes.length);
    if ('{[,:'.includes(String.fromCharCode(bytes[at] as number))) return at + 1;
  }
  return chance(bytes.length);
}

export const MUTATIONS: Record<string, (bytes: Buffer, chance: Chance) => Buffer> = {
  nothing: (bytes) => bytes,
  truncated: (bytes, chance) => bytes.subarray(0, chance(bytes.length)),
  'flipped bits': (bytes, chance) => {
    const copy = Buffer.from(bytes);
    for (let times = chance(4); times >= 0; times--) {
      const at = chance(copy.length);
      copy[at] = (copy[at] as number) ^ (1 << chance(8));
    }
    return copy;
  },
  'any byte': (bytes, chance) => {
    const copy = Buffer.from(bytes);
    copy[chance(copy.length)] = chance(256);
    return copy;
  },
  'a piece put in': (bytes, chance) => insert(bytes, joint(bytes, chance), pick(PIECES, chance)),
  'pieces put in anywhere': (bytes, chance) => {
    let spoilt = bytes;
    for (let times = chance(3); times >= 0; times--)
      spoilt = insert(spoilt, chance(spoilt.length), pick(PIECES, chance));
    return spoilt;
  },
  'a value replaced': (bytes, chance) => {
    const text = bytes.toString('utf8');
    const values = [...text.matchAll(/:("(?:[^"\\]|\\.)*"|[\w.+-]+)/g)];
    const found = values.length ? pick(values, chance) : undefined;
    if (!found) return bytes;
    const at = found.index + 1;
    return Buffer.from(text.slice(0, at) + pick(VALUES, chance) + text.slice(at + (found[1]?.length ?? 0)));
  },
  'a field once more': (bytes, chance) => {
    const text = bytes.toString('utf8');
    const end = pick([...text.matchAll(/"}/g)].map(({ index }) => index + 1).concat(0), chance);
    return insert(bytes, Buffer.byteLength(text.slice(0, end)), `,"${pick(NAMES, chance)}":${pick(VALUES, chance)}`);
  },
  'a group once more': (bytes, chance) => {
    const text = bytes.toString('utf8');
    const end = pick([...text.matchAll(/}}/g)].map(({ index }) => index + 1).concat(0), chance);
    const group = pick(['InvoiceHeader', 'CustomerRecord'], chance);
    const field = chance(2) ? `"${pick(NAMES, chance)}":${pick(VALUES, chance)}` : '';
    const piece = `,"${group}":{${field}}`;
    return insert(bytes, Buffer.byteLength(text.slice(0, end)), piece);
  },
  'a part left out': (bytes, chance) => insert(bytes, chance(bytes.length), '', chance(40)),
  'a part twice': (bytes, chance) => {
    const at = chance(bytes.length);
    return insert(bytes, chance(bytes.length), bytes.subarray(at, at + chance(200)));
  },
  'two documents': (bytes) => Buffer.concat([bytes, bytes]),
  'trailing commas': (bytes, chance) => Buffer.from(bytes.toString('utf8').replaceAll(pick(['}', ']'], chance), ',$&')),
  'deep nesting': (bytes, chance) => {
    const depth = pick([10, 1_000, 20_000, 200_000], chance);
    const [open, close] = pick(
      [
        ['[', ']'],
        ['{"a":', '}'],
      ] as const,
      chance,
    );
    const closed = chance(2) ? `1${close.repeat(depth)}` : '';
    return insert(bytes, joint(bytes, chance), `"deep":${open.repeat(depth)}${closed},`);
  },
  'a megabyte of text': (bytes, chance) =>
    insert(bytes, joint(bytes, chance), `"long":"${pick(['x', 'é', '\\n', '\\u00e9'], chance).repeat(MB / 4)}",`),
  'UTF-16': (bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
  'Latin-1': (bytes) => Buffer.from(`${bytes.toString('utf8')}`.replace('"City":"', '"City":"Köln '), 'latin1'),
  'byte order marks': (bytes, chance) =>
    Buffer.concat([...Array.from({ length: 1 + chance(2) }, () => Buffer.from('\uFEFF')), bytes]),
  'white space': (bytes, chance) =>
    Buffer.from(
      bytes.toString('utf8').replace(/[,:{}[\]]/g, (c) => `${pick([' ', '\n', '\t', '\r', ''], chance)}${c} `),
    ),
};
