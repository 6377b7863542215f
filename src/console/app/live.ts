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

export function useLive(): void {
  useEffect(() => {
    const source = new EventSource('/v1/events');
    source.addEventListener('open', () => {
      // What changed while nobody listened is not told any more.
      if (state === 'broken') queries.invalidateQueries();
      setState('live');
    });
    source.addEventListener('error', () => setState('broken'));
    source.addEventListener('change', (event) => {
      const topics: Topic[] = JSON.parse((event as MessageEvent<string>).data);
      for (const topic of topics) {
        queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === topic && queryKey[1] !== QUIET });
        for (const listener of listeners.get(topic) ?? []) listener();
      }
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
