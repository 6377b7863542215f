/** The accounts we hold of a biller, found by the beginning of their number; any other can be asked for. */
import { Button, Group, Text, TextInput } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type FormEvent, useCallback } from 'react';
import { answerOf, api, type Schemas } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Go } from '../parts/links.js';
import { ProblemNote } from '../parts/problem-note.js';
import { type Column, Rows } from '../parts/rows.js';
import { State } from '../parts/state.js';

type Account = Schemas['HeldAccount'];

const columnsOf = (billerId: string): Column<Account>[] => [
  {
    id: 'number',
    title: 'Account',
    cell: ({ accountNumber }) => (
      <Go to="/billers/$billerId/accounts/$accountNumber" params={{ billerId, accountNumber }} className="code">
        {accountNumber}
      </Go>
    ),
  },
  {
    id: 'block',
    title: 'May pay',
    cell: ({ paymentBlock: { ach, card } }) =>
      ach && card ? (
        <State word="Blocked" tone="bad" />
      ) : ach || card ? (
        <State word={ach ? 'Card only' : 'Bank only'} tone="warn" />
      ) : (
        <State word="Yes" tone="good" />
      ),
  },
  { id: 'reason', title: 'Why', when: 'wide', cell: ({ paymentBlock }) => paymentBlock.reason ?? '–' },
  { id: 'refreshed', title: 'Partner asked', right: true, cell: ({ refreshedAt }) => <Ago at={refreshedAt} /> },
];

export function BillerAccounts() {
  const { billerId } = useParams({ from: '/shell/billers/$billerId/accounts' });
  const { q } = useSearch({ from: '/shell/billers/$billerId/accounts' });
  const navigate = useNavigate({ from: '/billers/$billerId/accounts' });
  const accounts = useInfiniteQuery({
    queryKey: ['invoices', 'list', billerId, q],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET('/v1/billers/{billerId}/accounts', {
          params: {
            path: { billerId },
            query: { limit: 100, ...(q ? { q } : {}), ...(pageParam ? { after: pageParam } : {}) },
          },
        }),
      ),
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });
  const { fetchNextPage, hasNextPage, isFetching } = accounts;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetching) fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const rows = accounts.data?.pages.flatMap((page) => page.accounts) ?? [];
  const go = (event: FormEvent) => {
    event.preventDefault();
    if (q) navigate({ to: '/billers/$billerId/accounts/$accountNumber', params: { billerId, accountNumber: q } });
  };
  return (
    <>
      <form onSubmit={go}>
        <Group align="flex-end" mb="md">
          <TextInput
            label="Account number"
            description="Begins with"
            value={q ?? ''}
            onChange={(event) => navigate({ search: { q: event.currentTarget.value || undefined }, replace: true })}
          />
          <Button type="submit" variant="default" disabled={!q}>
            Open this account
          </Button>
          <Text fz="sm" c="dimmed">
            One that isn’t held yet is asked for at the partner.
          </Text>
        </Group>
      </form>
      <div className="paper">
        {accounts.error ? <ProblemNote error={accounts.error} retry={() => accounts.refetch()} /> : null}
        <Rows
          label="Accounts"
          rows={rows}
          idOf={({ accountNumber }) => accountNumber}
          columns={columnsOf(billerId)}
          empty={accounts.isPending ? 'Loading …' : 'No account with such a number is held.'}
          height="calc(100vh - 22rem)"
          onEnd={onEnd}
        />
      </div>
    </>
  );
}
