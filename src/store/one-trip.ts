/** A transaction whose statements are all known before the first is answered: they are sent together, and waited for once. */
import type pg from 'pg';

/** Sends a statement, which waits for none that was sent before. */
export type Send = (text: string, values?: unknown[]) => Promise<pg.QueryResult>;

/**
 * @param pool of connections in pipeline mode
 * @param statements each sends one statement, in this order, and gives what it makes of the answer
 * @returns what each of them gave; all is committed then
 * @throws what the first that failed has thrown; then nothing was committed, unless the connection broke at the very end
 */
export async function inOneTrip<Answers extends unknown[]>(
  pool: pg.Pool,
  ...statements: { [Index in keyof Answers]: (send: Send) => Promise<Answers[Index]> }
): Promise<Answers> {
  const client = await pool.connect();
  try {
    const begun = client.query('begin');
    begun.catch(() => undefined); // it is looked at below
    const answers: Promise<unknown>[] = [];
    let ending = 'commit';
    for (const statement of statements)
      await new Promise<void>((sent) => {
        let isSent = false;
        const answer = statement((text, values) => {
          isSent = true;
          const result = client.query(text, values);
          sent();
          return result;
        });
        answers.push(answer);
        const ended = (): void => {
          if (!isSent) ending = 'rollback';
          sent();
        };
        answer.then(ended, ended);
      });
    const ended = client.query(ending);
    const all = await Promise.allSettled([...answers, begun, ended]);
    const failed = all.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    // A transaction that has failed is rolled back when it is to be committed, without an error.
    if ((await ended).command !== 'COMMIT') throw new Error('a transaction was not committed');
    return all.slice(0, answers.length).map((one) => (one as PromiseFulfilledResult<unknown>).value) as Answers;
  } finally {
    client.release();
  }
}
