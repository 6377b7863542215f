/** All billers, found by name, number and health. */
import { Group, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { answerOf, api } from '../api.js';
import { Answer } from '../parts/answer.js';
import { BillersTable } from '../parts/billers-table.js';
import { GoButton } from '../parts/links.js';
import { PageHead } from '../parts/page-head.js';
import type { BillersSearch } from '../router.js';
import { HEALTHS } from '../words.js';

export function BillersPage() {
  const search = useSearch({ from: '/shell/billers' });
  const navigate = useNavigate({ from: '/billers' });
  const filter = (change: BillersSearch) => navigate({ search: (held) => ({ ...held, ...change }), replace: true });
  const overview = useQuery({
    queryKey: ['deliveries', 'overview'],
    queryFn: () => answerOf(api.GET('/v1/overview')),
  });
  const wanted = search.q?.toLowerCase() ?? '';
  return (
    <>
      <PageHead title="Billers" actions={<GoButton to="/billers/new">New biller</GoButton>} />
      <Group mb="md" align="flex-end">
        <TextInput
          label="Find"
          placeholder="Name or number"
          value={search.q ?? ''}
          onChange={(event) => filter({ q: event.currentTarget.value || undefined })}
        />
        <Select
          label="Health"
          clearable
          clearButtonProps={{ 'aria-label': 'Any health' }}
          placeholder="Any"
          data={Object.entries(HEALTHS).map(([value, { word }]) => ({ value, label: word }))}
          value={search.health ?? null}
          onChange={(health) => filter({ health: health ?? undefined })}
        />
      </Group>
      <div className="paper">
        <Answer of={overview}>
          {({ billers }) => (
            <BillersTable
              height="calc(100vh - 15rem)"
              billers={billers.filter(
                ({ name, billerId, health }) =>
                  `${name} ${billerId}`.toLowerCase().includes(wanted) && (!search.health || health === search.health),
              )}
            />
          )}
        </Answer>
      </div>
    </>
  );
}
