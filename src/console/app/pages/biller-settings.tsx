/** Changes a biller. */
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { answerOf, api, queries } from '../api.js';
import { Answer } from '../parts/answer.js';
import { BillerForm } from '../parts/biller-form.js';
import { ProblemNote } from '../parts/problem-note.js';

export function BillerSettings() {
  const { billerId } = useParams({ from: '/shell/billers/$billerId/settings' });
  // What is written here is not to be lost because it was asked again.
  const still = { staleTime: Number.POSITIVE_INFINITY, refetchInterval: false } as const;
  const loaded = useQuery({
    queryKey: ['settings', billerId],
    queryFn: async () => {
      const [biller, { adapters }] = await Promise.all([
        answerOf(api.GET('/v1/billers/{billerId}', { params: { path: { billerId } } })),
        answerOf(api.GET('/v1/adapters')),
      ]);
      return { biller, adapter: adapters.find((adapter) => adapter.id === biller.adapter) };
    },
    gcTime: 0,
    ...still,
  });
  return (
    <Answer of={loaded}>
      {({ biller, adapter }) => {
        if (adapter?.health !== 'loaded')
          return (
            <ProblemNote
              error={new Error(`the adapter ${biller.adapter} is not loaded: its settings can’t be shown`)}
            />
          );
        const { billerId: _, warnings: __, ...draft } = biller;
        return (
          <BillerForm
            adapter={adapter}
            draft={draft}
            held={new Set(Object.keys(biller.settings))}
            button="Save"
            save={async (body) => {
              await answerOf(api.PUT('/v1/billers/{billerId}', { params: { path: { billerId } }, body }));
              notifications.show({ message: 'Saved. What waited for it is tried at once.' });
              await queries.invalidateQueries();
            }}
          />
        );
      }}
    </Answer>
  );
}
