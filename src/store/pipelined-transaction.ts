/**
 * A transaction whose statements are sent without waiting for the answers to those before: the fewer are waited for, the
 * fewer trips.
 */
import type pg from 'pg';

/** Sends a statement, which waits for none that was sent before. */
export type Send = (text: string, values?: unknown[]) => Promise<pg.QueryResult>;

export class PipelinedTransaction {
  private readonly answers: Promise<unknown>[] = [];
  /** Its connection may be another's by then. */
  private isOver = false;

  private constructor(private readonly client: pg.PoolClient) {}

  /**
   * @param pool of connections in pipeline mode
   * @param work sends the statements; what it doesn't wait for is committed all the same, or fails the transaction
   * @returns what the work gave; all is committed then
   * @throws what the first statement that failed has thrown, or else the work; then nothing was committed, unless the
   * connection broke at the very end
   */
  static async run<T>(pool: pg.Pool, work: (transaction: PipelinedTransaction) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    const transaction = new PipelinedTransaction(client);
    try {
      void transaction.send('begin');
      const value = await work(transaction);
      // One in which a statement has failed is rolled back when it is to be committed, without an error.
      const committed = transaction.send('commit');
      transaction.isOver = true;
      const { command } = await committed;
      if (command !== 'COMMIT') throw new Error('a transaction was not committed');
      return value;
    } catch (error) {
      transaction.isOver = true;
      // The first that failed, not those that failed for it.
      const failed = (await Promise.allSettled(transaction.answers)).find(({ status }) => status === 'rejected');
      await client.query('rollback').catch(() => undefined); // then its connection is gone, and with it all of this
      throw (failed as PromiseRejectedResult | undefined)?.reason ?? error;
    } finally {
      client.release();
    }
  }

  /** At once. The answer need not be waited for. @throws Error when the transaction has ended */
  readonly send: Send = (text, values) =>
    this.keep(this.isOver ? Promise.reject(new Error('the transaction has ended')) : this.client.query(text, values));

  /** Resolves when the statement that another sends is on its way. @throws why it was not sent */
  async sendBy(statement: (send: Send) => Promise<unknown>): Promise<void> {
    await new Promise<void>((sent, unsent) => {
      const answer = statement((text, values) => {
        const result = this.send(text, values);
        sent();
        return result;
      });
      answer.then(() => sent(), unsent);
    });
  }

  private keep<T>(answer: Promise<T>): Promise<T> {
    answer.catch(() => undefined); // it is looked at in the end
    this.answers.push(answer);
    return answer;
  }
}
