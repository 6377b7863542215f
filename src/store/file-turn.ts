/**
 * A biller's files are applied one after another, each in one transaction, and the rows that it writes are locked until its
 * end: who would write to the same accounts meanwhile would wait for minutes, with a connection in hand.
 */

/** $1 biller: waits until no file of it is being applied, and none is until this transaction ends. */
export const TAKE_TURNS = 'select pg_advisory_xact_lock(hashtextextended($1, 2))';

/** $1 biller: whether none of its files is being applied; then none is until this transaction ends. */
export const IS_NOBODYS_TURN = 'select pg_try_advisory_xact_lock_shared(hashtextextended($1, 2)) as free';
