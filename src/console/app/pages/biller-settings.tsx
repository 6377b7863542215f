/** Changes a biller. */
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api, queries, type Schemas } from '../api.js';
import { Answer } from '../parts/answer.js';
import { BillerForm, type LoadedAdapter } from '../parts/biller-form.js';
import { ProblemNote } from '../parts/problem-note.js';

interface Loaded {
  biller: Schemas['Biller'];
  /** Of the biller as it was read. */
  revision: string | null;
}

export function BillerSettings() {
  const { billerId } = useParams({ from: '/shell/billers/$billerId/settings' });
  // What is written here is not to be lost because it was asked again.
  const still = { staleTime: Number.POSITIVE_INFINITY, refetchInterval: false } as const;
  const loaded = useQuery({
    queryKey: ['settings', billerId],
    queryFn: async () => {
      const asked = api.GET('/v1/billers/{billerId}', { params: { path: { billerId } } });
      const [biller, { adapters }] = await Promise.all([answerOf(asked), answerOf(api.GET('/v1/adapters'))]);
      const revision = (await asked).response.headers.get('etag');
      return { biller, revision, adapter: adapters.find((adapter) => adapter.id === biller.adapter) };
    },
    gcTime: 0,
    ...still,
  });
  return (
    <Answer of={loaded}>
      {({ biller, revision, adapter }) =>
        adapter?.health === 'loaded' ? (
          <Settings biller={biller} revision={revision} adapter={adapter} />
        ) : (
          <ProblemNote error={new Error(`the adapter ${biller.adapter} is not loaded: its settings can’t be shown`)} />
        )
      }
    </Answer>
  );
}

/** What it is given first is what it goes by: a draft belongs to the biller as it was then. */
function Settings({ biller, revision: of, adapter }: Loaded & { adapter: LoadedAdapter }) {
  const [{ billerId, warnings: _, ...draft }] = useState(biller);
  const [revision, setRevision] = useState(of);
  return (
    <BillerForm
      adapter={adapter}
      draft={draft}
      held={new Set(Object.keys(biller.settings))}
      button="Save"
      save={async (body) => {
        const headers = revision ? { 'if-match': revision } : {};
        const asked = api.PUT('/v1/billers/{billerId}', { params: { path: { billerId } }, body, headers });
        await answerOf(asked);
        setRevision((await asked).response.headers.get('etag'));
        notifications.show({ message: 'Saved. What waited for it is tried at once.' });
        await queries.invalidateQueries();
      }}
    />
  );
}
