/** Makes a biller on one of the adapters. */
import { Select, SimpleGrid, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api, queries } from '../api.js';
import { Answer } from '../parts/answer.js';
import { BillerForm } from '../parts/biller-form.js';
import { PageHead } from '../parts/page-head.js';
import { Section } from '../parts/section.js';

export function NewBillerPage() {
  const navigate = useNavigate();
  const [billerId, setBillerId] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const adapters = useQuery({ queryKey: ['adapters'], queryFn: () => answerOf(api.GET('/v1/adapters')) });
  return (
    <>
      <PageHead title="New biller" />
      <Answer of={adapters}>
        {(data) => {
          const loaded = data.adapters.flatMap((item) => (item.health === 'loaded' ? [item] : []));
          const adapter = loaded.find(({ id }) => id === chosen) ?? loaded[0];
          if (!adapter) return 'No adapter is loaded.';
          return (
            <BillerForm
              key={adapter.id}
              adapter={adapter}
              draft={{ name: '', guid: '', adapter: adapter.id, settings: {}, options: {} }}
              held={new Set()}
              button="Make the biller"
              save={async (body) => {
                const path = { billerId };
                const headers = { 'if-none-match': '*' };
                await answerOf(api.PUT('/v1/billers/{billerId}', { params: { path }, body, headers }));
                await queries.invalidateQueries();
                await navigate({ to: '/billers/$billerId', params: { billerId } });
              }}
            >
              <Section title="Number and adapter">
                <SimpleGrid cols={{ base: 1, md: 2 }}>
                  <TextInput
                    label="Biller number"
                    description="As the portal has it"
                    required
                    pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
                    value={billerId}
                    onChange={(event) => setBillerId(event.currentTarget.value)}
                  />
                  <Select
                    label="Adapter"
                    description="Which partner’s system the biller is on"
                    data={loaded.map(({ id, name }) => ({ value: id, label: name }))}
                    allowDeselect={false}
                    value={adapter.id}
                    onChange={setChosen}
                  />
                </SimpleGrid>
              </Section>
            </BillerForm>
          );
        }}
      </Answer>
    </>
  );
}
