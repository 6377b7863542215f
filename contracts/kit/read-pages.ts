/** Reads every page of a numbered list, the later ones together, and says whether they agreed. */

export interface Page<T> {
  items: T[];
  /** Pages in all, as this page tells it. */
  totalPages: number;
}

/**
 * Page 1 tells how many there are; pages 2 to n go out together.
 * @param firstPage page 1, already on its way
 * @returns all items in order; `complete` is false when the pages disagreed about how many there are
 * @throws what `read` throws: a page that fails fails the whole
 */
export async function readPages<T>(
  firstPage: Promise<Page<T>>,
  read: (pageNumber: number) => Promise<Page<T>>,
  maxPages = 1000,
): Promise<{ items: T[]; complete: boolean }> {
  const first = await firstPage;
  if (first.totalPages <= 1) return { items: first.items, complete: true };
  const last = Math.min(first.totalPages, maxPages);
  const rest = await Promise.all(Array.from({ length: Math.max(0, last - 1) }, (_, index) => read(index + 2)));
  return {
    items: [first, ...rest].flatMap((page) => page.items),
    complete: first.totalPages <= maxPages && rest.every((page) => page.totalPages === first.totalPages),
  };
}
