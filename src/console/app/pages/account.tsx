/** One account, for who must say why a customer can't pay: block, invoices, history, enrollments, deliveries, PDFs. */
import { Button, Group, Modal, SimpleGrid, Stack, Text, Timeline } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { answerOf, api, HostProblem, queries, type Schemas } from '../api.js';
import { instantText, many, moneyText } from '../format.js';
import { Ago } from '../parts/ago.js';
import { Answer } from '../parts/answer.js';
import { Explanation } from '../parts/explanation.js';
import { Go } from '../parts/links.js';
import { PageHead } from '../parts/page-head.js';
import { Pdf } from '../parts/pdf.js';
import { ProblemNote } from '../parts/problem-note.js';
import { type Column, Rows } from '../parts/rows.js';
import { Section } from '../parts/section.js';
import { State } from '../parts/state.js';
import { DELIVERY_KINDS, DELIVERY_STATES, deliveryText } from '../words.js';

type Invoice = Schemas['Invoice'];

export function AccountPage() {
  const path = useParams({ from: '/shell/billers/$billerId/accounts/$accountNumber' });
  const { billerId, accountNumber } = path;
  const [shown, setShown] = useState<string | null>(null);
  const account = useQuery({
    queryKey: ['invoices', 'account', billerId, accountNumber],
    queryFn: () => answerOf(api.GET('/v1/billers/{billerId}/accounts/{accountNumber}', { params: { path } })),
  });
  const refresh = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/v1/billers/{billerId}/accounts/{accountNumber}/refresh', {
          params: { path, query: { explain: 'true' } },
        }),
      ),
    onSuccess: ({ stale, changes, problem }) => {
      queries.invalidateQueries({ queryKey: ['invoices'] });
      if (stale)
        notifications.show({ color: 'red.9', message: `The partner could not be asked: ${problem?.detail ?? ''}` });
      else
        notifications.show({
          message: changes.length ? `${many(changes.length, 'invoice', 'invoices')} changed.` : 'Nothing has changed.',
        });
    },
  });
  const columns = useMemo(() => columnsOf(setShown), []);
  const explanation =
    refresh.data?.explanation ?? (refresh.error instanceof HostProblem ? refresh.error.explanation : undefined);
  const isUnknown = account.error instanceof HostProblem && account.error.code === 'account-not-held';
  return (
    <>
      <PageHead
        title={accountNumber}
        about={
          <>
            Account of{' '}
            <Go to="/billers/$billerId" params={{ billerId }}>
              {billerId}
            </Go>
            {account.data ? (
              <>
                {' '}
                · partner asked <Ago at={account.data.refreshedAt} />
              </>
            ) : null}
          </>
        }
        actions={
          <Button loading={refresh.isPending} onClick={() => refresh.mutate()}>
            Refresh now
          </Button>
        }
      />
      <Stack gap="lg">
        {refresh.error ? <ProblemNote error={refresh.error} /> : null}
        {explanation ? <Explanation of={explanation} /> : null}
        {isUnknown ? (
          <Text className="paper" p="md" fz="sm">
            Nothing is held of this account. “Refresh now” asks the partner for it.
          </Text>
        ) : (
          <Answer of={account}>
            {({ paymentBlock, invoices }) => (
              <>
                <Block block={paymentBlock} />
                <Section title="Invoices" flush>
                  <Rows
                    label="Invoices"
                    rows={invoices}
                    idOf={(invoice) => invoice.invoiceNumber}
                    columns={columns}
                    empty="No invoice is held."
                  />
                </Section>
              </>
            )}
          </Answer>
        )}
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" style={{ alignItems: 'start' }}>
          <History billerId={billerId} accountNumber={accountNumber} />
          <Stack gap="lg">
            <Enrollments billerId={billerId} accountNumber={accountNumber} />
            <Deliveries billerId={billerId} accountNumber={accountNumber} />
          </Stack>
        </SimpleGrid>
      </Stack>
      <Modal
        opened={shown !== null}
        onClose={() => setShown(null)}
        size="xl"
        title="Invoice document"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {shown ? <Pdf billerId={billerId} invoiceNumber={shown} /> : null}
      </Modal>
    </>
  );
}

const BLOCKED = { true: 'bad', false: 'good' } as const;

function Block({ block: { ach, card, reason } }: { block: Schemas['PaymentBlock'] }) {
  const any = ach || card;
  return (
    <section
      className="paper need"
      aria-label="May this customer pay?"
      style={{ padding: '0.9rem 1rem', borderLeftColor: `var(--${BLOCKED[`${any}`]}-text)` }}
    >
      <Group gap="sm">
        <Text fw={600}>{any ? 'This customer can’t pay' : 'This customer may pay'}</Text>
        <State word={`Bank: ${ach ? 'blocked' : 'open'}`} tone={BLOCKED[`${ach}`]} />
        <State word={`Card: ${card ? 'blocked' : 'open'}`} tone={BLOCKED[`${card}`]} />
      </Group>
      <Text fz="sm" c={any ? undefined : 'dimmed'} mt={4}>
        {reason ? `${reason}.` : any ? 'The partner gives no reason.' : 'The partner blocks neither way of paying.'}
      </Text>
    </section>
  );
}

const columnsOf = (show: (invoiceNumber: string) => void): Column<Invoice>[] => [
  { id: 'number', title: 'Invoice', cell: ({ invoiceNumber }) => <span className="code">{invoiceNumber}</span> },
  {
    id: 'status',
    title: 'Status',
    by: ({ status }) => status,
    cell: ({ status }) => (
      <State word={status === 'active' ? 'Active' : 'Deactivated'} tone={status === 'active' ? 'good' : 'calm'} />
    ),
  },
  {
    id: 'date',
    title: 'Billed',
    when: 'wide',
    by: ({ invoiceDate }) => invoiceDate,
    cell: ({ invoiceDate }) => invoiceDate,
  },
  { id: 'due', title: 'Due', by: ({ invoiceDueDate }) => invoiceDueDate, cell: ({ invoiceDueDate }) => invoiceDueDate },
  {
    id: 'total',
    title: 'Total due',
    when: 'wide',
    right: true,
    by: ({ totalAmountDue }) => Number(totalAmountDue),
    cell: ({ totalAmountDue }) => moneyText(totalAmountDue),
  },
  {
    id: 'balance',
    title: 'Balance',
    right: true,
    by: ({ balanceDue }) => Number(balanceDue),
    cell: ({ balanceDue }) => moneyText(balanceDue),
  },
  {
    id: 'pdf',
    title: 'Document',
    right: true,
    cell: ({ invoiceNumber }) => (
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`PDF of ${invoiceNumber}`}
        onClick={() => show(invoiceNumber)}
      >
        PDF
      </Button>
    ),
  },
];

const RECORDS = {
  N: { word: 'New', tone: 'good', sentence: 'Appeared' },
  U: { word: 'Updated', tone: 'busy', sentence: 'Amounts changed' },
  D: { word: 'Deactivated', tone: 'calm', sentence: 'Gone at the partner' },
} as const;
const SOURCES = { refresh: 'by a look-up', 'invoice-file': 'by an invoice file' };

function History({ billerId, accountNumber }: { billerId: string; accountNumber: string }) {
  const history = useQuery({
    queryKey: ['invoices', 'history', billerId, accountNumber],
    queryFn: () =>
      answerOf(
        api.GET('/v1/billers/{billerId}/accounts/{accountNumber}/history', {
          params: { path: { billerId, accountNumber }, query: { limit: 50 } },
        }),
      ),
  });
  return (
    <Section title="History">
      <Answer of={history}>
        {({ changes, next }) =>
          changes.length === 0 ? (
            <Text fz="sm" c="dimmed">
              Nothing has happened yet.
            </Text>
          ) : (
            <>
              <Timeline bulletSize={14} lineWidth={2} color="lake">
                {changes.map(({ cursor, at, recordType, source, invoice }) => (
                  <Timeline.Item
                    key={cursor}
                    title={<State word={RECORDS[recordType].word} tone={RECORDS[recordType].tone} />}
                  >
                    <Text fz="sm">
                      {RECORDS[recordType].sentence} {SOURCES[source]}: balance {moneyText(invoice.balanceDue)} of{' '}
                      {moneyText(invoice.totalAmountDue)}
                    </Text>
                    <Text fz="xs" c="dimmed">
                      <span className="code">{invoice.invoiceNumber}</span> ·{' '}
                      <time dateTime={at}>{instantText(at)}</time>
                    </Text>
                  </Timeline.Item>
                ))}
              </Timeline>
              {next ? (
                <Text fz="sm" c="dimmed" mt="sm">
                  The latest 50 are shown.
                </Text>
              ) : null}
            </>
          )
        }
      </Answer>
    </Section>
  );
}

function Enrollments({ billerId, accountNumber }: { billerId: string; accountNumber: string }) {
  return (
    <Section title="Enrollments">
      <Stack gap="sm">
        {(['paperless', 'autopay'] as const).map((kind) => (
          <Enrollment key={kind} kind={kind} billerId={billerId} accountNumber={accountNumber} />
        ))}
      </Stack>
    </Section>
  );
}

function Enrollment({
  kind,
  billerId,
  accountNumber,
}: {
  kind: 'paperless' | 'autopay';
  billerId: string;
  accountNumber: string;
}) {
  const params = { path: { billerId, accountNumber } };
  const url = `/v1/billers/{billerId}/accounts/{accountNumber}/enrollments/${kind}` as const;
  const wish = useQuery({
    queryKey: ['deliveries', 'enrollment', billerId, accountNumber, kind],
    queryFn: () =>
      answerOf(api.GET('/v1/deliveries', { params: { query: { biller: billerId, account: accountNumber, kind } } })),
  });
  const set = useMutation({
    mutationFn: (enabled: boolean) => answerOf(api.PUT(url, { params, body: { enabled } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['deliveries'] }),
  });
  const held = wish.data?.deliveries[0];
  const isOn = held?.summary.enabled ?? undefined;
  return (
    <div>
      <Group justify="space-between">
        <Group gap="sm">
          <Text fz="sm" fw={550}>
            {DELIVERY_KINDS[kind]}
          </Text>
          {held ? (
            <>
              <Text fz="sm">{isOn ? 'on' : 'off'}</Text>
              <Go to="/deliveries/$id" params={{ id: held.id }}>
                <State {...DELIVERY_STATES[held.state]} />
              </Go>
            </>
          ) : (
            <Text fz="sm" c="dimmed">
              never switched here
            </Text>
          )}
        </Group>
        <Group gap="xs">
          {([true, false] as const).map((enabled) => (
            <Button
              key={String(enabled)}
              size="compact-sm"
              variant="default"
              disabled={isOn === enabled && held?.state !== 'rejected'}
              onClick={() => set.mutate(enabled)}
              aria-label={`Switch ${enabled ? 'on' : 'off'} ${kind}`}
            >
              {enabled ? 'Switch on' : 'Switch off'}
            </Button>
          ))}
        </Group>
      </Group>
      {set.error ? <ProblemNote error={set.error} /> : null}
    </div>
  );
}

function Deliveries({ billerId, accountNumber }: { billerId: string; accountNumber: string }) {
  const query = { biller: billerId, account: accountNumber };
  const deliveries = useQuery({
    queryKey: ['deliveries', 'account', billerId, accountNumber],
    queryFn: () => answerOf(api.GET('/v1/deliveries', { params: { query: { ...query, limit: 8 } } })),
  });
  return (
    <Section
      title="Deliveries"
      flush
      actions={
        <Go to="/deliveries" search={query}>
          All
        </Go>
      }
    >
      <Answer of={deliveries}>
        {(data) => (
          <Rows
            label="Deliveries of this account"
            rows={data.deliveries}
            idOf={({ id }) => id}
            columns={DELIVERY_COLUMNS}
            empty="None so far."
          />
        )}
      </Answer>
    </Section>
  );
}

const DELIVERY_COLUMNS: Column<Schemas['Delivery']>[] = [
  {
    id: 'kind',
    title: 'What',
    cell: (delivery) => (
      <Go to="/deliveries/$id" params={{ id: delivery.id }}>
        {deliveryText(delivery)}
      </Go>
    ),
  },
  { id: 'state', title: 'State', cell: ({ state }) => <State {...DELIVERY_STATES[state]} /> },
  { id: 'at', title: 'When', right: true, cell: ({ createdAt }) => <Ago at={createdAt} /> },
];
