/** Cursors of the change feed, as its readers have them. */

/** Before the oldest change that is kept. */
export const BEGIN = '0.0';

/** Of a change in the feed: its transaction's place, and its own within it. */
export interface Place {
  xid: string;
  seq: number | string;
}

const FORM = /^(\d{1,20})\.(\d{1,19})$/;
/** What the two columns hold. */
const [MOST_XID, MOST_SEQ] = [2n ** 64n - 1n, 2n ** 63n - 1n];

export const cursorOf = ({ xid, seq }: Place): string => `${xid}.${seq}`;

/** Undefined where it is no cursor that a feed gives out. */
export function placeOf(cursor: string): Place | undefined {
  const [, xid, seq] = FORM.exec(cursor) ?? [];
  if (xid === undefined || seq === undefined) return undefined;
  return BigInt(xid) <= MOST_XID && BigInt(seq) <= MOST_SEQ ? { xid, seq } : undefined;
}
