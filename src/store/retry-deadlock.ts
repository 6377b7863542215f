/** Two transactions that wait for one another: PostgreSQL ends one of them, which then is simply done again. */

export const DEADLOCK = '40P01';
const TRIES = 3;

/** @param work a whole transaction */
export async function retryingDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left--)
    try {
      return await work();
    } catch (error) {
      if (left <= 1 || (error as { code?: string }).code !== DEADLOCK) throw error;
    }
}
