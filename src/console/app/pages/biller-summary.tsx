/** How a biller stands: what needs a person, its day, and the check of its partner. */
import { Button, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { answerOf, api, type Schemas } from '../api.js';
import { count, msText } from '../format.js';
import { Ago } from '../parts/ago.js';
import { Answer } from '../parts/answer.js';
import { Facts } from '../parts/facts.js';
import { HoursCharts } from '../parts/hours-chart.js';
import { Go } from '../parts/links.js';
import { Needs } from '../parts/needs.js';
import { ProblemNote } from '../parts/problem-note.js';
import { type Column, Rows } from '../parts/rows.js';
import { Section } from '../parts/section.js';
import { State } from '../parts/state.js';
import { CHECK_STATES, CONTRACTS, IMPORT_STATES } from '../words.js';

export function BillerSummary() {
  const { billerId } = useParams({ from: '/shell/billers/$billerId/' });
  const biller = useQuery({
    queryKey: ['billers', billerId, 'overview'],
    queryFn: () => answerOf(api.GET('/v1/billers/{billerId}/overview', { params: { path: { billerId } } })),
  });
  return (
    <Answer of={biller}>
      {(data) => (
        <Stack gap="lg">
          {data.needs.length ? <Needs needs={data.needs} /> : null}
          <div className="paper" style={{ padding: 'var(--mantine-spacing-md)' }}>
            <Facts
              facts={[
                ['Delivered, 24 h', count(data.day.delivered)],
                [
                  'Waiting',
                  <>
                    {count(data.queued)}
                    {data.oldestQueuedAt ? (
                      <>
                        , oldest <Ago at={data.oldestQueuedAt} />
                      </>
                    ) : null}
                  </>,
                ],
                [
                  'Parked',
                  <Go key="parked" to="/deliveries" search={{ state: 'parked', biller: billerId }}>
                    {count(data.parked)}
                  </Go>,
                ],
                [
                  'Latest invoice file',
                  data.latestFile ? (
                    <>
                      <State {...IMPORT_STATES[data.latestFile.state]} />{' '}
                      <Go
                        to="/billers/$billerId/files/$importId"
                        params={{ billerId, importId: data.latestFile.importId }}
                      >
                        {data.latestFile.filename}
                      </Go>
                    </>
                  ) : (
                    'none so far'
                  ),
                ],
              ]}
            />
          </div>
          <Check billerId={billerId} />
          <Section title="Deliveries in 24 hours">
            <HoursCharts hours={data.hours} />
          </Section>
        </Stack>
      )}
    </Answer>
  );
}

const COLUMNS: Column<Schemas['Check']>[] = [
  {
    id: 'what',
    title: 'What',
    cell: ({ what, setting }) => (setting ? `${CONTRACTS[what] ?? what}: ${setting}` : (CONTRACTS[what] ?? what)),
  },
  { id: 'state', title: 'State', cell: ({ state }) => <State {...CHECK_STATES[state]} /> },
  {
    id: 'detail',
    title: 'In words',
    cell: ({ detail, code, advice }) => (
      <>
        {detail} {code ? <span className="code">[{code}]</span> : null}
        {advice ? (
          <Text fz="sm" c="dimmed">
            {advice}
          </Text>
        ) : null}
      </>
    ),
  },
  { id: 'ms', title: 'Took', right: true, when: 'wide', cell: ({ ms }) => msText(ms) },
];

function Check({ billerId }: { billerId: string }) {
  const check = useMutation({
    mutationFn: () => answerOf(api.POST('/v1/billers/{billerId}/check', { params: { path: { billerId } } })),
  });
  return (
    <Section
      title="Check of the partner"
      flush
      actions={
        <Button size="xs" variant="default" loading={check.isPending} onClick={() => check.mutate()}>
          Check now
        </Button>
      }
    >
      {check.error ? <ProblemNote error={check.error} /> : null}
      {check.data ? (
        <Rows
          label="What was checked"
          rows={check.data.checks}
          idOf={({ what, setting }) => `${what} ${setting}`}
          columns={COLUMNS}
          empty="There is nothing to check."
        />
      ) : (
        <Text fz="sm" c="dimmed" px="md" pb="md">
          Asks the partner whether it is there and takes our keys, with questions that change nothing.
        </Text>
      )}
    </Section>
  );
}
