/** Is every biller's data flowing, what is stuck, and why: what needs a person stands first. */
import { Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answerOf, api, type Schemas } from '../api.js';
import { count } from '../format.js';
import { Ago } from '../parts/ago.js';
import { Answer } from '../parts/answer.js';
import { BillersTable } from '../parts/billers-table.js';
import { HoursCharts } from '../parts/hours-chart.js';
import { Go } from '../parts/links.js';
import { Needs } from '../parts/needs.js';
import { PageHead } from '../parts/page-head.js';
import { Section } from '../parts/section.js';
import { urgencyOf } from '../words.js';

export function OverviewPage() {
  const overview = useQuery({
    queryKey: ['deliveries', 'overview'],
    queryFn: () => answerOf(api.GET('/v1/overview')),
    refetchInterval: 10_000,
  });
  return (
    <>
      <PageHead title="Overview" />
      <Answer of={overview}>
        {(data) => (
          <Stack gap="lg">
            <Numbers overview={data} />
            <Needs needs={data.needs} />
            <Section title="Deliveries in 24 hours">
              <HoursCharts hours={data.hours} />
            </Section>
            <Section title="Billers" flush actions={<Go to="/billers">All billers</Go>}>
              <BillersTable billers={worstFirst(data.billers).slice(0, 12)} />
            </Section>
          </Stack>
        )}
      </Answer>
    </>
  );
}

const worstFirst = (billers: readonly Schemas['BillerHealth'][]) =>
  [...billers].sort((a, b) => urgencyOf(a.health) - urgencyOf(b.health) || b.day.delivered - a.day.delivered);

function Numbers({ overview: { billers, hours } }: { overview: Schemas['Overview'] }) {
  const well = billers.filter(({ health }) => health === 'ok').length;
  const sum = (of: (hour: Schemas['Hour']) => number) => hours.reduce((total, hour) => total + of(hour), 0);
  const delivered = sum((hour) => hour.delivered);
  const all = sum((hour) => hour.delivered + hour.rejected + hour.failed);
  const queued = billers.reduce((total, biller) => total + biller.queued, 0);
  const oldest = billers.flatMap(({ oldestQueuedAt }) => oldestQueuedAt ?? []).sort()[0];
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      <Figure name="Billers that are well" value={`${count(well)} of ${count(billers.length)}`} />
      <Figure name="Delivered in 24 hours" value={count(delivered)} />
      <Figure name="Attempts that succeed" value={all === 0 ? '–' : `${((delivered / all) * 100).toFixed(1)} %`} />
      <Figure
        name="Waiting"
        value={count(queued)}
        more={
          oldest ? (
            <Group gap={4}>
              oldest <Ago at={oldest} />
            </Group>
          ) : null
        }
      />
    </SimpleGrid>
  );
}

const Figure = ({ name, value, more }: { name: string; value: string; more?: React.ReactNode }) => (
  <div className="paper" style={{ padding: 'var(--mantine-spacing-md)' }}>
    <div className="fact-label">{name}</div>
    <Text fz={26} fw={620} lh={1.3}>
      {value}
    </Text>
    {more ? (
      <Text fz="xs" c="dimmed" component="div">
        {more}
      </Text>
    ) : null}
  </div>
);
