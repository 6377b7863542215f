/** The console's way to its host: the typed client, and queries that live changes make stale. */
import { answerOf, createClient, HostProblem, type Schemas } from '@ic-host/client';
import { QueryClient } from '@tanstack/react-query';

export type { Schemas };
export { answerOf, HostProblem };

/** With the cookie, a change must come from this page. */
export const api = createClient({ headers: { 'x-ic-host-console': '1' } });

/** First part of each query's key: what the host's stream of changes calls it. */
export type Topic = 'deliveries' | 'billers' | 'invoices' | 'files';

const FRESH_MS = 30_000;

const isOurFault = (error: unknown): boolean =>
  error instanceof HostProblem && error.status >= 400 && error.status < 500;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      refetchInterval: FRESH_MS,
      retry: (count, error) => count < 2 && !isOurFault(error),
    },
  },
});
