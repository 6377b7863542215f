/** What is held of a biller against what its partner says: runs, what each found, and a table to take along. */
import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api, queries, type Schemas } from '../api.js';
import { count, instantText, many } from '../format.js';
import { Ago } from '../parts/ago.js';
import { Answer } from '../parts/answer.js';
import { Go } from '../parts/links.js';
import { ProblemNote } from '../parts/problem-note.js';
import { type Column, Rows } from '../parts/rows.js';
import { Section } from '../parts/section.js';
import { State } from '../parts/state.js';

type Run = Schemas['Reconciliation'];
type Finding = Schemas['ReconciliationWithFindings']['details'][number];
const SAMPLE = 200;

const CAUSES = {
  'ours-late': { word: 'Late here', tone: 'busy' },
  'theirs-late': { word: 'Late there', tone: 'calm' },
  lost: { word: 'Lost?', tone: 'bad' },
  'by-hand': { word: 'Changed there', tone: 'warn' },
} as const;
const STATES = {
  running: { word: 'Running', tone: 'busy' },
  done: { word: 'Done', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
} as const;

const findingColumns = (billerId: string): Column<Finding>[] => [
  { id: 'kind', title: 'What', by: ({ kind }) => kind, cell: ({ kind }) => <span className="code">{kind}</span> },
  { id: 'cause', title: 'Why', by: ({ cause }) => cause, cell: ({ cause }) => <State {...CAUSES[cause]} /> },
  {
    id: 'account',
    title: 'Account',
    by: ({ accountNumber }) => accountNumber,
    cell: ({ accountNumber }) => (
      <Go to="/billers/$billerId/accounts/$accountNumber" params={{ billerId, accountNumber }}>
        {accountNumber}
      </Go>
    ),
  },
  { id: 'subject', title: 'Of', when: 'wide', cell: ({ subject }) => <span className="code">{subject ?? '–'}</span> },
  { id: 'ours', title: 'Ours', cell: ({ ours }) => ours ?? '–' },
  { id: 'theirs', title: 'Theirs', cell: ({ theirs }) => theirs ?? '–' },
  { id: 'repaired', title: 'Mended', cell: ({ repaired }) => (repaired ? 'mended' : '') },
];

const runColumns = (show: (id: string) => void): Column<Run>[] => [
  { id: 'at', title: 'Began', by: ({ startedAt }) => startedAt, cell: ({ startedAt }) => <Ago at={startedAt} /> },
  { id: 'state', title: 'State', cell: ({ state }) => <State {...STATES[state]} /> },
  { id: 'accounts', title: 'Accounts', right: true, cell: ({ accounts }) => count(accounts) },
  {
    id: 'findings',
    title: 'Differences',
    right: true,
    by: ({ findings }) => findings,
    cell: ({ findings }) => count(findings),
  },
  { id: 'repaired', title: 'Mended', right: true, when: 'wide', cell: ({ repaired }) => count(repaired) },
  { id: 'lost', title: 'Lost', right: true, when: 'wide', cell: ({ lost }) => count(lost) },
  {
    id: 'show',
    title: 'Details',
    right: true,
    cell: ({ id, startedAt }) => (
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Show that of ${instantText(startedAt)}`}
        onClick={() => show(id)}
      >
        Show
      </Button>
    ),
  },
];

export function BillerReconcile() {
  const { billerId } = useParams({ from: '/shell/billers/$billerId/reconcile' });
  const [shown, setShown] = useState<string | null>(null);
  const path = { billerId };
  const runs = useQuery({
    queryKey: ['billers', billerId, 'reconciliations'],
    queryFn: () => answerOf(api.GET('/v1/billers/{billerId}/reconciliations', { params: { path } })),
    refetchInterval: ({ state }) =>
      state.data?.reconciliations.some((run) => run.state === 'running') ? 1_000 : 30_000,
  });
  const begin = useMutation({
    mutationFn: (repair: boolean) =>
      answerOf(
        api.POST('/v1/billers/{billerId}/reconciliations', { params: { path }, body: { accounts: SAMPLE, repair } }),
      ),
    onSuccess: ({ id }) => {
      setShown(id);
      queries.invalidateQueries({ queryKey: ['billers', billerId, 'reconciliations'] });
    },
  });
  return (
    <Stack gap="lg">
      {begin.error ? <ProblemNote error={begin.error} /> : null}
      <Section
        title="Reconciliations"
        flush
        actions={
          <>
            <Button size="xs" variant="default" loading={begin.isPending} onClick={() => begin.mutate(false)}>
              Compare {SAMPLE} accounts
            </Button>
            <Button size="xs" loading={begin.isPending} onClick={() => begin.mutate(true)}>
              Compare and mend
            </Button>
          </>
        }
      >
        <Answer of={runs}>
          {({ reconciliations }) => (
            <Rows
              label="Reconciliations"
              rows={reconciliations}
              idOf={({ id }) => id}
              columns={runColumns(setShown)}
              empty="None so far. The biller’s settings can have some compared each night."
            />
          )}
        </Answer>
      </Section>
      {(shown ?? runs.data?.reconciliations[0]?.id) ? (
        <Findings billerId={billerId} reconciliationId={shown ?? (runs.data?.reconciliations[0]?.id as string)} />
      ) : null}
    </Stack>
  );
}

function Findings({ billerId, reconciliationId }: { billerId: string; reconciliationId: string }) {
  const path = { billerId, reconciliationId };
  const run = useQuery({
    queryKey: ['billers', billerId, 'reconciliations', reconciliationId],
    queryFn: () => answerOf(api.GET('/v1/billers/{billerId}/reconciliations/{reconciliationId}', { params: { path } })),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 1_000 : false),
  });
  return (
    <Answer of={run}>
      {({ details, startedAt, accounts, unanswered }) => (
        <Section
          title={`What differed at ${instantText(startedAt)}`}
          flush
          actions={
            <Anchor
              fz="sm"
              href={`/v1/billers/${encodeURIComponent(billerId)}/reconciliations/${reconciliationId}/findings.csv`}
            >
              CSV
            </Anchor>
          }
        >
          <Group px="md" pb="xs">
            <Text fz="sm" role="status">
              {many(accounts, 'account', 'accounts')} asked for, {count(unanswered)} not answered.
            </Text>
          </Group>
          <Rows
            label="Differences"
            rows={details}
            idOf={({ kind, accountNumber, subject }) => `${kind} ${accountNumber} ${subject ?? ''}`}
            columns={findingColumns(billerId)}
            empty="Nothing differs."
          />
        </Section>
      )}
    </Answer>
  );
}
