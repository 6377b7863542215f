/** One delivery: what it is, how it stands, every attempt with what was said, and what a person may do. */
import { Button, Group, Stack, Text, Timeline } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api, queries, type Schemas } from '../api.js';
import { instantText, msText } from '../format.js';
import { Ago } from '../parts/ago.js';
import { Answer } from '../parts/answer.js';
import { AuditEntries } from '../parts/audit-entries.js';
import { Explanation } from '../parts/explanation.js';
import { Facts } from '../parts/facts.js';
import { Go } from '../parts/links.js';
import { PageHead } from '../parts/page-head.js';
import { type Ask, ReasonDialog } from '../parts/reason-dialog.js';
import { Scroll } from '../parts/scroll.js';
import { Section } from '../parts/section.js';
import { State } from '../parts/state.js';
import { DELIVERY_STATES, deliveryText, OUTCOMES } from '../words.js';

type Delivery = Schemas['DeliveryWithHistory'];

export function DeliveryPage() {
  const { id } = useParams({ from: '/shell/deliveries/$id' });
  const delivery = useQuery({
    queryKey: ['deliveries', 'one', id],
    queryFn: () => answerOf(api.GET('/v1/deliveries/{id}', { params: { path: { id }, query: { explain: 'true' } } })),
  });
  return <Answer of={delivery}>{(data) => <Page delivery={data} />}</Answer>;
}

function Page({ delivery }: { delivery: Delivery }) {
  const { id, key, billerId, state, summary, result, request } = delivery;
  const [ask, setAsk] = useState<Ask | null>(null);
  const { confirmationNumber, partnerMessages, duplicate, code } = result as {
    confirmationNumber?: string;
    partnerMessages?: string[];
    duplicate?: boolean;
    code?: string;
  };
  return (
    <>
      <PageHead
        title={deliveryText(delivery)}
        beside={<State {...DELIVERY_STATES[state]} />}
        about={
          <>
            <span className="code">{key}</span> to{' '}
            <Go to="/billers/$billerId" params={{ billerId }}>
              {billerId}
            </Go>
          </>
        }
        actions={<Actions delivery={delivery} setAsk={setAsk} />}
      />
      <Stack gap="lg">
        {summary.reason && state !== 'delivered' ? (
          <div className="paper need" data-tone={DELIVERY_STATES[state].tone} style={{ padding: '0.75rem 1rem' }}>
            <Text fz="sm" fw={600}>
              Why it is {DELIVERY_STATES[state].word.toLowerCase()}
            </Text>
            <Text fz="sm">
              {summary.reason} {code ? <span className="code">[{code}]</span> : null}
            </Text>
            {partnerMessages?.length ? <Text fz="sm">The partner said: “{partnerMessages.join('; ')}”</Text> : null}
          </div>
        ) : null}
        <div className="paper" style={{ padding: 'var(--mantine-spacing-md)' }}>
          <Facts
            facts={[
              ['Accepted', <Ago key="a" at={delivery.createdAt} />],
              ['Handed over by', delivery.acceptedBy ?? '–'],
              ['Attempts', delivery.attempts],
              [
                'Next attempt',
                state === 'queued' ? (
                  delivery.nextAttemptAt ? (
                    <Ago key="n" at={delivery.nextAttemptAt} />
                  ) : (
                    'as soon as it can'
                  )
                ) : (
                  '–'
                ),
              ],
              [
                'Confirmation',
                confirmationNumber ? `${confirmationNumber}${duplicate ? ' (the partner had it already)' : ''}` : '–',
              ],
              [
                'Account',
                summary.accountNumber ? (
                  <Go
                    key="acc"
                    to="/billers/$billerId/accounts/$accountNumber"
                    params={{ billerId, accountNumber: summary.accountNumber }}
                  >
                    {summary.accountNumber}
                  </Go>
                ) : (
                  '–'
                ),
              ],
              ...Object.entries(request)
                .filter(([name]) => !['accountNumber', 'amount', 'transactionId', 'enabled'].includes(name))
                .map(([name, value]): [string, string] => [wordsOf(name), String(value)]),
              ...(delivery.counterpart
                ? [
                    [
                      delivery.counterpart.kind === 'return' ? 'Its return' : 'Its payment',
                      <Go key="other" to="/deliveries/$id" params={{ id: delivery.counterpart.id }}>
                        {DELIVERY_STATES[delivery.counterpart.state].word}
                      </Go>,
                    ] as const,
                  ]
                : []),
              [
                'Delivery id',
                <span key="id" className="code">
                  {id}
                </span>,
              ],
            ]}
          />
        </div>
        {delivery.explanation ? <Explanation of={delivery.explanation} /> : null}
        <Section title="Attempts">
          {delivery.history.length === 0 ? (
            <Text fz="sm" c="dimmed">
              None so far.
            </Text>
          ) : (
            <Timeline bulletSize={14} lineWidth={2} color="lake">
              {delivery.history.toReversed().map((attempt, index) => (
                <Timeline.Item
                  key={attempt.at}
                  title={<State {...(OUTCOMES[attempt.outcome] ?? { word: attempt.outcome, tone: 'calm' })} />}
                >
                  <Attempt attempt={attempt} open={index === 0} />
                </Timeline.Item>
              ))}
            </Timeline>
          )}
        </Section>
        <Section title="What people did" flush>
          <AuditEntries subject={id} />
        </Section>
      </Stack>
      <ReasonDialog ask={ask} close={() => setAsk(null)} />
    </>
  );
}

/** `paymentDate` as "Payment date". */
const wordsOf = (name: string): string => {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

function Attempt({ attempt, open }: { attempt: Schemas['Attempt']; open: boolean }) {
  return (
    <>
      <Text fz="sm">
        {attempt.message} {attempt.code ? <span className="code">[{attempt.code}]</span> : null}
      </Text>
      <Text fz="xs" c="dimmed">
        <time dateTime={attempt.at}>{instantText(attempt.at)}</time> · {msText(attempt.durationMs)}
      </Text>
      {attempt.exchanges.map((exchange, index) => (
        <details key={index} open={open} style={{ marginTop: '0.5rem' }}>
          <summary>
            <Text span fz="sm">
              {exchange.operation} → {exchange.status ?? 'no answer'} in {msText(exchange.durationMs)}
            </Text>
          </summary>
          <Stack gap={6} mt={6}>
            <Text fz="xs" c="dimmed">
              <span className="code">{exchange.url}</span>; secrets are masked
            </Text>
            <Scroll className="exchange" label="What we sent">
              {pretty(exchange.request) || '(nothing)'}
            </Scroll>
            <Scroll className="exchange" label="What the partner answered">
              {pretty(exchange.response) || '(nothing)'}
            </Scroll>
          </Stack>
        </details>
      ))}
    </>
  );
}

function Actions({ delivery: { id, kind, state }, setAsk }: { delivery: Delivery; setAsk: (ask: Ask) => void }) {
  const params = { path: { id } };
  const done = (message: string) => {
    queries.invalidateQueries();
    notifications.show({ message });
  };
  const retry = () =>
    setAsk({
      ...{ title: 'Retry', button: 'Retry' },
      explain: 'It is sent again, whatever an earlier attempt may have done at the partner.',
      act: async ({ reason }) => {
        await answerOf(api.POST('/v1/deliveries/{id}/retry', { params, body: { ...(reason ? { reason } : {}) } }));
        done('It is on its way again.');
      },
    });
  const cancel = () =>
    setAsk({
      ...{ title: 'Cancel', button: 'Give it up', danger: true },
      explain: 'It is given up. Where the partner may have it already, this is refused: look there, and settle it.',
      act: async ({ reason }) => {
        await answerOf(api.POST('/v1/deliveries/{id}/cancel', { params, body: { ...(reason ? { reason } : {}) } }));
        done('It is cancelled.');
      },
    });
  const settle = (as: 'delivered' | 'rejected') =>
    setAsk({
      ...{ title: `Settle as ${as}`, button: 'Settle', needsReason: true, danger: true },
      takesNumber: as === 'delivered' && kind === 'payment',
      explain:
        as === 'delivered'
          ? 'You looked, and the partner has it. It is not sent again.'
          : 'You looked, and the partner does not have it, nor shall. It is not sent again.',
      act: async ({ reason, confirmationNumber }) => {
        const body = { state: as, reason: reason ?? '', ...(confirmationNumber ? { confirmationNumber } : {}) };
        await answerOf(api.POST('/v1/deliveries/{id}/settle', { params, body }));
        done('It is settled.');
      },
    });
  const may = (...states: Delivery['state'][]) => states.includes(state);
  return (
    <Group gap="xs">
      {may('parked', 'rejected', 'cancelled') ? <Button onClick={retry}>Retry</Button> : null}
      {may('queued', 'parked') ? (
        <Button variant="default" onClick={cancel}>
          Cancel
        </Button>
      ) : null}
      {may('queued', 'parked', 'cancelled', 'rejected') ? (
        <>
          <Button variant="default" onClick={() => settle('delivered')}>
            Settle as delivered
          </Button>
          {state === 'rejected' ? null : (
            <Button variant="default" onClick={() => settle('rejected')}>
              Settle as rejected
            </Button>
          )}
        </>
      ) : null}
    </Group>
  );
}
