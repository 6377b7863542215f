/** Whether a statement failed since there was no database to answer: then nobody knows what became of it. */

/**
 * Connection failures, one that is not let in any more, an end by an operator or a crash, too many connections, a transaction that
 * waited too long; and a database that only reads, which was the one before a failover.
 */
const SQL_STATES = /^(08...|28...|3D000|57P0[1-4]|53300|25P03|25006)$/;
const NETWORK = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
]);
/** What pg says in words alone. */
const WORDS =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

export function isDatabaseGone(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  return SQL_STATES.test(code) || NETWORK.has(code) || WORDS.test(message);
}
