/** One biller: how it stands, and the way to its settings, accounts, files and deliveries. */
import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api, queries, type Schemas } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Answer } from '../parts/answer.js';
import { Go } from '../parts/links.js';
import { PageHead } from '../parts/page-head.js';
import { type Ask, ReasonDialog } from '../parts/reason-dialog.js';
import { State } from '../parts/state.js';
import { CAUSES, HEALTHS } from '../words.js';

const TABS = [
  { to: '/billers/$billerId', word: 'How it stands' },
  { to: '/billers/$billerId/accounts', word: 'Accounts' },
  { to: '/billers/$billerId/files', word: 'Invoice files' },
  { to: '/billers/$billerId/settings', word: 'Settings' },
  { to: '/billers/$billerId/reconcile', word: 'Reconcile' },
  { to: '/billers/$billerId/shadow', word: 'Shadow' },
] as const;

export function BillerPage() {
  const { billerId } = useParams({ from: '/shell/billers/$billerId' });
  const [ask, setAsk] = useState<Ask | null>(null);
  const biller = useQuery({
    queryKey: ['billers', billerId, 'overview'],
    queryFn: () => answerOf(api.GET('/v1/billers/{billerId}/overview', { params: { path: { billerId } } })),
    refetchInterval: 10_000,
  });
  const partner = useQuery({
    queryKey: ['billers', billerId, 'partner'],
    queryFn: () => answerOf(api.GET('/v1/billers/{billerId}/partner', { params: { path: { billerId } } })),
  });
  const done = (message: string) => {
    queries.invalidateQueries();
    notifications.show({ message });
  };
  const askPause = () =>
    setAsk({
      ...{ title: `Pause ${billerId}`, button: 'Pause', needsReason: true, danger: true },
      explain: 'Its deliveries wait until you resume them; what is under way ends by itself. Look-ups go on.',
      act: async ({ reason }) => {
        const body = { ...(reason ? { reason } : {}) };
        await answerOf(api.POST('/v1/billers/{billerId}/pause', { params: { path: { billerId } }, body }));
        done('Paused.');
      },
    });
  const askResume = () =>
    setAsk({
      ...{ title: `Resume ${billerId}`, button: 'Resume' },
      explain: 'Its deliveries go again, the oldest first.',
      act: async ({ reason }) => {
        const body = { ...(reason ? { reason } : {}) };
        await answerOf(api.POST('/v1/billers/{billerId}/resume', { params: { path: { billerId } }, body }));
        done('Resumed.');
      },
    });
  const heldBack = partner.data?.heldBack ?? null;
  return (
    <Answer of={biller}>
      {(data) => (
        <>
          <PageHead
            title={data.name}
            beside={<State {...HEALTHS[data.health]} />}
            about={
              <>
                Biller <span className="code">{billerId}</span> on {data.adapter} ·{' '}
                <Go to="/deliveries" search={{ biller: billerId }}>
                  its deliveries
                </Go>{' '}
                ·{' '}
                <Go to="/audit" search={{ subject: billerId }}>
                  audit
                </Go>
              </>
            }
            actions={
              heldBack ? (
                <Button onClick={askResume}>Resume</Button>
              ) : (
                <Button variant="default" onClick={askPause}>
                  Pause
                </Button>
              )
            }
          />
          {heldBack ? <HeldBack heldBack={heldBack} /> : null}
          <nav className="tabs" aria-label="Of this biller">
            {TABS.map(({ to, word }) => (
              <Link key={to} to={to} params={{ billerId }} activeOptions={{ exact: true }}>
                {word}
              </Link>
            ))}
          </nav>
          <div style={{ paddingTop: 'var(--mantine-spacing-lg)' }}>
            <Outlet />
          </div>
          <ReasonDialog ask={ask} close={() => setAsk(null)} />
        </>
      )}
    </Answer>
  );
}

const HeldBack = ({ heldBack }: { heldBack: NonNullable<Schemas['Partner']['heldBack']> }) => (
  <div className="paper need" data-tone="bad" role="status" style={{ padding: '0.75rem 1rem', marginBottom: '1rem' }}>
    <Text fz="sm" fw={600}>
      {CAUSES[heldBack.cause]}: deliveries wait, since <Ago at={heldBack.since} />
    </Text>
    <Text fz="sm">
      {heldBack.detail} {heldBack.code ? <span className="code">[{heldBack.code}]</span> : null}
    </Text>
    {heldBack.cause === 'by-hand' ? null : (
      <Text fz="sm" c="dimmed">
        The next try goes <Ago at={heldBack.nextProbeAt} />; nothing that waits loses an attempt.
      </Text>
    )}
  </div>
);
