/** Shows what a query answers: while it is asked, when it fails, when it is there. */
import { Skeleton, Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemNote } from './problem-note.js';

export function Answer<T>({ of, children }: { of: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  // What was there stays, while it is asked again in vain: the bar at the top tells that it is not live.
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <ProblemNote error={of.error} retry={() => of.refetch()} />;
  return (
    <Stack gap="sm" aria-busy="true" role="status">
      <span className="visually-hidden">Loading</span>
      <Skeleton h={18} w="60%" />
      <Skeleton h={18} w="85%" />
      <Skeleton h={18} w="40%" />
    </Stack>
  );
}
