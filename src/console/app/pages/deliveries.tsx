/** Deliveries, by the hundred thousand: filters in the address, many at once. */
import { Button, Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { RowSelectionState } from '@tanstack/react-table';
import { useCallback, useMemo, useState } from 'react';
import { answerOf, api, HostProblem, queries, type Schemas } from '../api.js';
import { count } from '../format.js';
import { invalidateAllButLists, useNews } from '../live.js';
import { Ago } from '../parts/ago.js';
import { Go } from '../parts/links.js';
import { PageHead } from '../parts/page-head.js';
import { ProblemNote } from '../parts/problem-note.js';
import { type Ask, ReasonDialog } from '../parts/reason-dialog.js';
import { type Column, Rows } from '../parts/rows.js';
import { State } from '../parts/state.js';
import type { DeliveriesSearch } from '../router.js';
import { DELIVERY_KINDS, DELIVERY_STATES, deliveryText } from '../words.js';

type Delivery = Schemas['Delivery'];
const MOST_AT_ONCE = 500;
/** Whoever scrolls on wants to get somewhere. */
const FIRST_PAGE = 100;
const NEXT_PAGE = 500;

const COLUMNS: Column<Delivery>[] = [
  {
    id: 'kind',
    title: 'What',
    cell: (delivery) => (
      <Go to="/deliveries/$id" params={{ id: delivery.id }} fw={550}>
        {deliveryText(delivery)}
      </Go>
    ),
  },
  { id: 'state', title: 'State', cell: ({ state }) => <State {...DELIVERY_STATES[state]} /> },
  { id: 'biller', title: 'Biller', when: 'wide', cell: ({ billerId }) => <span className="code">{billerId}</span> },
  { id: 'key', title: 'Transaction or account', when: 'wide', cell: ({ key }) => <span className="code">{key}</span> },
  { id: 'attempts', title: 'Attempts', when: 'wider', right: true, cell: ({ attempts }) => count(attempts) },
  { id: 'reason', title: 'Why', when: 'wider', cell: ({ summary }) => summary.reason ?? '' },
  { id: 'at', title: 'Accepted', right: true, cell: ({ createdAt }) => <Ago at={createdAt} /> },
];

/** Of the filters, what the API takes. */
const queryOf = ({ state, kind, ...others }: DeliveriesSearch) => {
  const given = Object.entries({ state, kind, ...others }).filter(([, value]) => value);
  return Object.fromEntries(given) as Omit<DeliveriesSearch, 'state' | 'kind'> & {
    state?: Delivery['state'];
    kind?: Delivery['kind'];
  };
};

/** A list that someone has scrolled down is not read again for the few that they changed. */
const withStates = (held: InfiniteData<Schemas['DeliveryList']>, became: ReadonlyMap<string, Delivery['state']>) => ({
  ...held,
  pages: held.pages.map((page) => ({
    ...page,
    deliveries: page.deliveries.map((row) => ({ ...row, state: became.get(row.id) ?? row.state })),
  })),
});

export function DeliveriesPage() {
  const search = useSearch({ from: '/shell/deliveries' });
  const navigate = useNavigate({ from: '/deliveries' });
  const [selected, setSelected] = useState<RowSelectionState>({});
  const [ask, setAsk] = useState<Ask | null>(null);
  const [news, setNews] = useState(false);
  const query = queryOf(search);
  const filter = (change: DeliveriesSearch) => {
    setSelected({});
    navigate({ search: (held) => ({ ...held, ...change }), replace: true });
  };
  const listKey = ['deliveries', 'list', query];
  const list = useInfiniteQuery({
    queryKey: listKey,
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET('/v1/deliveries', {
          params: {
            query: { ...query, limit: pageParam ? NEXT_PAGE : FIRST_PAGE, ...(pageParam ? { after: pageParam } : {}) },
          },
        }),
      ),
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: false,
    // What has come stays as it is: comparing all pages with each that comes takes longer the longer the list is.
    structuralSharing: false,
  });
  const { state: _, ...others } = query;
  const counts = useQuery({
    queryKey: ['deliveries', 'counts', others],
    queryFn: () => answerOf(api.GET('/v1/deliveries/counts', { params: { query: others } })),
    placeholderData: keepPreviousData,
  });
  const { fetchNextPage, hasNextPage, isFetching, refetch } = list;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetching) fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.deliveries) ?? [], [list.data]);
  const isShort = (list.data?.pages.length ?? 0) <= 1;
  const told = useCallback(() => {
    // One page is read again at once; a list that someone has scrolled down is left as it is until asked for.
    if (isShort) refetch();
    else setNews(true);
  }, [isShort, refetch]);
  useNews('deliveries', told);
  const showNews = () => {
    setNews(false);
    queries.resetQueries({ queryKey: listKey });
  };
  const ids = Object.keys(selected).filter((id) => selected[id]);
  const bulk = (action: Schemas['BulkBody']['action'], state?: 'delivered' | 'rejected') => {
    const word = { retry: 'Retry', cancel: 'Cancel', settle: `Settle as ${state}` }[action];
    const explain = {
      retry: 'They are sent again, whatever an earlier attempt may have done.',
      cancel: 'They are given up; one that the partner may have is refused.',
      settle: `They end as ${state}, as you found it at the partner.`,
    }[action];
    setAsk({
      ...{ title: `${word}: ${ids.length} deliveries`, explain, button: word, danger: action !== 'retry' },
      needsReason: action === 'settle',
      act: async ({ reason }) => {
        const results: Schemas['BulkResult']['results'] = [];
        for (let at = 0; at < ids.length; at += MOST_AT_ONCE) {
          const some = ids.slice(at, at + MOST_AT_ONCE);
          const body = { action, ids: some, ...(reason ? { reason } : {}), ...(state ? { state } : {}) };
          results.push(...(await answerOf(api.POST('/v1/deliveries/bulk', { body }))).results);
          // What was done stays done, whatever becomes of the others.
          const left = results.flatMap(({ id, ok }) => (ok ? [] : [id])).concat(ids.slice(at + MOST_AT_ONCE));
          setSelected(Object.fromEntries(left.map((id) => [id, true])));
        }
        const refused = results.filter(({ ok }) => !ok);
        const became = new Map(results.flatMap(({ id, state }) => (state ? [[id, state] as const] : [])));
        queries.setQueryData<typeof list.data>(listKey, (held) => held && withStates(held, became));
        invalidateAllButLists('deliveries');
        const done = results.length - refused.length;
        if (refused.length) {
          const why = [...new Set(refused.map(({ detail }) => detail))].slice(0, 3).join('; ');
          throw new HostProblem({
            status: 409,
            code: refused[0]?.code ?? '',
            detail: `${done} done, ${refused.length} not: ${why}`,
          });
        }
        notifications.show({ message: `${done} done.` });
      },
    });
  };
  return (
    <>
      <PageHead title="Deliveries" about="What is on its way to partners, newest first." />
      <Counts search={search} answer={counts.data} />
      <Filters search={search} filter={filter} />
      {news ? (
        <Button size="xs" variant="light" mb="sm" onClick={showNews}>
          There is news: show it
        </Button>
      ) : null}
      {list.error ? <ProblemNote error={list.error} retry={() => refetch()} /> : null}
      <Group mih={36} mb="xs" gap="xs" aria-live="polite">
        {ids.length ? (
          <>
            <Text fz="sm" fw={550}>
              {count(ids.length)} selected
            </Text>
            <Button size="xs" variant="default" onClick={() => bulk('retry')}>
              Retry
            </Button>
            <Button size="xs" variant="default" onClick={() => bulk('cancel')}>
              Cancel
            </Button>
            <Button size="xs" variant="default" onClick={() => bulk('settle', 'delivered')}>
              Settle as delivered
            </Button>
            <Button size="xs" variant="default" onClick={() => bulk('settle', 'rejected')}>
              Settle as rejected
            </Button>
          </>
        ) : (
          <Text fz="sm" c="dimmed">
            {count(rows.length)} loaded{hasNextPage ? '; more as you scroll' : ''}
          </Text>
        )}
      </Group>
      <div className="paper">
        <Rows
          label="Deliveries"
          rows={rows}
          idOf={({ id }) => id}
          columns={COLUMNS}
          empty={list.isPending ? 'Loading …' : 'No delivery is like this.'}
          height="calc(100vh - 24rem)"
          onEnd={onEnd}
          selected={selected}
          onSelect={setSelected}
        />
      </div>
      <ReasonDialog ask={ask} close={() => setAsk(null)} />
    </>
  );
}

function Counts({ search, answer }: { search: DeliveriesSearch; answer: Schemas['DeliveryCounts'] | undefined }) {
  const all: [string | undefined, string][] = [
    [undefined, 'All'],
    ...Object.entries(DELIVERY_STATES).map(([state, { word }]): [string, string] => [state, word]),
  ];
  const numberOf = (state: string | undefined): string => {
    if (!answer || !state) return '';
    const n = answer.counts[state as Delivery['state']];
    return n > answer.countedAtMost ? ` ${count(answer.countedAtMost)}+` : ` ${count(n)}`;
  };
  return (
    <nav className="tabs" aria-label="By state" style={{ marginBottom: '1rem' }}>
      {all.map(([state, word]) => (
        <Link
          key={word}
          to="/deliveries"
          search={{ ...search, state }}
          activeOptions={{ exact: true, includeSearch: true }}
        >
          {word}
          {numberOf(state)}
        </Link>
      ))}
    </nav>
  );
}

function Filters({ search, filter }: { search: DeliveriesSearch; filter: (change: DeliveriesSearch) => void }) {
  const [typed, setTyped] = useState(search.q ?? '');
  const find = useDebouncedCallback((q: string) => filter({ q: q || undefined }), 250);
  const any = Object.values({ ...search, state: undefined }).some(Boolean);
  return (
    <Group align="flex-end" mb="sm" gap="sm">
      <TextInput
        label="Find"
        placeholder="Transaction, account or delivery id"
        w={{ base: '100%', xs: 260 }}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          find(event.currentTarget.value);
        }}
      />
      <TextInput
        label="Biller"
        w={120}
        value={search.biller ?? ''}
        onChange={(event) => filter({ biller: event.currentTarget.value || undefined })}
      />
      <Select
        label="Kind"
        w={140}
        clearable
        clearButtonProps={{ 'aria-label': 'Any kind' }}
        placeholder="Any"
        data={Object.entries(DELIVERY_KINDS).map(([value, label]) => ({ value, label }))}
        value={search.kind ?? null}
        onChange={(kind) => filter({ kind: kind ?? undefined })}
      />
      <TextInput
        label="From"
        type="date"
        value={search.from?.slice(0, 10) ?? ''}
        onChange={(event) =>
          filter({ from: event.currentTarget.value ? `${event.currentTarget.value}T00:00:00Z` : undefined })
        }
      />
      <TextInput
        label="Before"
        type="date"
        value={search.to?.slice(0, 10) ?? ''}
        onChange={(event) =>
          filter({ to: event.currentTarget.value ? `${event.currentTarget.value}T00:00:00Z` : undefined })
        }
      />
      {search.account ? (
        <Button variant="default" onClick={() => filter({ account: undefined })}>
          Account {search.account} ✕
        </Button>
      ) : null}
      {any ? (
        <Button
          variant="subtle"
          onClick={() => {
            setTyped('');
            filter({
              q: undefined,
              biller: undefined,
              kind: undefined,
              account: undefined,
              from: undefined,
              to: undefined,
            });
          }}
        >
          Clear
        </Button>
      ) : null}
    </Group>
  );
}
