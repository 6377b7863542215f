/** A signal of two. */

/**
 * @returns one that is aborted when either of them is, also where one finds that out only as it is asked (a lease's does); `release`
 * lets go of both. AbortSignal.any would ask neither.
 */
export function eitherSignal(one: AbortSignal, other: AbortSignal): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const { signal } = controller;
  const abort = (): void => controller.abort();
  const both = [one, other];
  const isOver = (): boolean => both.some(({ aborted }) => aborted);
  if (isOver()) abort();
  for (const each of both) each.addEventListener('abort', abort);
  Object.defineProperty(signal, 'aborted', { get: isOver });
  return {
    signal,
    release: () => {
      for (const each of both) each.removeEventListener('abort', abort);
    },
  };
}
