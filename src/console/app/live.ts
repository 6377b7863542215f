/** Makes what is shown stale as the host says that it has changed. */
import { useEffect, useSyncExternalStore } from 'react';
import { queries, type Topic } from './api.js';

type State = 'connecting' | 'live' | 'broken';
let state: State = 'connecting';
const watchers = new Set<() => void>();
const setState = (next: State): void => {
  state = next;
  for (const watcher of watchers) watcher();
};

/** Lists too long to be read again by themselves: they say that there is news instead. */
const QUIET = 'list';

/** @param topic none: of every topic */
export function invalidateAllButLists(topic?: Topic): void {
  queries.invalidateQueries({
    predicate: ({ queryKey }) => (topic === undefined || queryKey[0] === topic) && queryKey[1] !== QUIET,
  });
}

function tell(topic?: Topic): void {
  invalidateAllButLists(topic);
  for (const [of, told] of listeners) if (topic === undefined || of === topic) for (const listener of told) listener();
}

export function useLive(): void {
  useEffect(() => {
    const source = new EventSource('/v1/events');
    source.addEventListener('open', () => {
      // What changed while nobody listened is not told any more.
      if (state === 'broken') tell();
      setState('live');
    });
    source.addEventListener('error', () => setState('broken'));
    source.addEventListener('change', (event) => {
      const topics: Topic[] = JSON.parse((event as MessageEvent<string>).data);
      for (const topic of topics) tell(topic);
    });
    return () => source.close();
  }, []);
}

const listeners = new Map<Topic, Set<() => void>>();

/** Calls back when something of a topic has changed. */
export function useNews(topic: Topic, told: () => void): void {
  useEffect(() => {
    const own = listeners.get(topic) ?? new Set();
    listeners.set(topic, own.add(told));
    return () => {
      own.delete(told);
    };
  }, [topic, told]);
}

export function useLiveState(): State {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => state,
  );
}
