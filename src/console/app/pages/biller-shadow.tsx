/** A biller's shadow: whether it is ready, in what it differs by field, how that goes by day, and the switch. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api, HostProblem, queries, type Schemas } from '../api.js';
import { count, instantText } from '../format.js';
import { Answer } from '../parts/answer.js';
import { Facts } from '../parts/facts.js';
import { Go } from '../parts/links.js';
import { type Ask, ReasonDialog } from '../parts/reason-dialog.js';
import { type Column, Rows } from '../parts/rows.js';
import { Section } from '../parts/section.js';
import { State } from '../parts/state.js';

type Field = Schemas['ShadowReport']['fields'][number];
type Day = Schemas['ShadowReport']['trend'][number];

const FIELDS: Column<Field>[] = [
  { id: 'kind', title: 'In a', by: ({ kind }) => kind, cell: ({ kind }) => kind },
  { id: 'field', title: 'Field', by: ({ field }) => field, cell: ({ field }) => <span className="code">{field}</span> },
  { id: 'runs', title: 'Times', right: true, by: ({ runs }) => runs, cell: ({ runs }) => count(runs) },
  { id: 'first', title: 'Now', cell: ({ latest }) => latest.first ?? '(nothing)' },
  { id: 'second', title: 'Shadow', cell: ({ latest }) => latest.second ?? '(nothing)' },
  {
    id: 'subject',
    title: 'Latest',
    when: 'wide',
    cell: ({ latest }) => (
      <>
        <span className="code">{latest.subject}</span> {latest.of ? <span className="code">{latest.of}</span> : null}{' '}
        {instantText(latest.at)}
      </>
    ),
  },
];
const DAYS: Column<Day>[] = [
  { id: 'day', title: 'Day', by: ({ day }) => day, cell: ({ day }) => day },
  { id: 'runs', title: 'Compared', right: true, by: ({ runs }) => runs, cell: ({ runs }) => count(runs) },
  {
    id: 'differing',
    title: 'Differing',
    right: true,
    by: ({ differing }) => differing,
    cell: ({ differing }) => count(differing),
  },
];

export function BillerShadow() {
  const { billerId } = useParams({ from: '/shell/billers/$billerId/shadow' });
  const [ask, setAsk] = useState<Ask | null>(null);
  const report = useQuery({
    queryKey: ['billers', billerId, 'shadow'],
    queryFn: () => answerOf(api.GET('/v1/billers/{billerId}/shadow', { params: { path: { billerId } } })),
    refetchInterval: 10_000,
  });
  if (report.error instanceof HostProblem && report.error.code === 'no-shadow')
    return (
      <Text className="paper" p="md" fz="sm">
        This biller has no shadow. Make a biller with the settings to be tried, and the option{' '}
        <span className="code">shadowOf</span> naming {billerId}: from then on each look-up is compared, and no payment
        is sent by it.
      </Text>
    );
  const askSwitch = (ready: boolean, shadow: string) =>
    setAsk({
      ...{ title: `Switch ${billerId}`, button: 'Switch', needsReason: !ready, danger: !ready },
      explain: `The adapter, settings and options of ${shadow} become those of ${billerId}, and the other way round. Switching once more takes it back. ${ready ? '' : 'It is not ready by what was asked for.'}`,
      act: async ({ reason }) => {
        const body = { ...(reason ? { reason } : {}) };
        await answerOf(api.POST('/v1/billers/{billerId}/shadow/switch', { params: { path: { billerId } }, body }));
        queries.invalidateQueries();
        notifications.show({ message: 'Switched.' });
      },
    });
  return (
    <Answer of={report}>
      {({ shadow, ready, says, seen, wanted, fields, trend }) => (
        <Stack gap="lg">
          <section
            className="paper need"
            aria-label="Ready to switch?"
            style={{ padding: '0.9rem 1rem' }}
            data-tone={ready ? 'good' : 'busy'}
          >
            <Group justify="space-between">
              <div>
                <Group gap="sm">
                  <State word={ready ? 'Ready to switch' : 'Not ready'} tone={ready ? 'good' : 'busy'} />
                  <Text fz="sm">{says}</Text>
                </Group>
                <Text fz="sm" c="dimmed">
                  Its shadow is{' '}
                  <Go to="/billers/$billerId" params={{ billerId: shadow }}>
                    {shadow}
                  </Go>
                </Text>
              </div>
              <Button variant={ready ? 'filled' : 'default'} onClick={() => askSwitch(ready, shadow)}>
                Switch
              </Button>
            </Group>
          </section>
          <div className="paper" style={{ padding: 'var(--mantine-spacing-md)' }}>
            <Facts
              facts={[
                ['Compared', count(seen.runs)],
                ['Differing', count(seen.differing)],
                ['Accounts', `${count(seen.accounts)} of ${count(wanted.accounts)}`],
                ['Since', seen.since ? instantText(seen.since) : '–'],
              ]}
            />
          </div>
          <Section title="In what they differ" flush>
            <Rows
              label="Differences by field"
              rows={fields}
              idOf={({ kind, field }) => `${kind} ${field}`}
              columns={FIELDS}
              empty="In nothing so far."
            />
          </Section>
          <Section title="By day" flush>
            <Rows
              label="Comparisons by day"
              rows={trend}
              idOf={({ day }) => day}
              columns={DAYS}
              empty="Nothing was compared yet."
            />
          </Section>
          <ReasonDialog ask={ask} close={() => setAsk(null)} />
        </Stack>
      )}
    </Answer>
  );
}
