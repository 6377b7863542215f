/** One invoice file: live counts while it is imported, what was set aside, and what to tell the partner. */
import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { answerOf, api, type Schemas } from '../api.js';
import { bytesText, count, instantText, moneyText } from '../format.js';
import { Answer } from '../parts/answer.js';
import { Explanation } from '../parts/explanation.js';
import { Facts } from '../parts/facts.js';
import { Go } from '../parts/links.js';
import { PageHead } from '../parts/page-head.js';
import { type Column, Rows } from '../parts/rows.js';
import { Section } from '../parts/section.js';
import { State } from '../parts/state.js';
import { IMPORT_STATES } from '../words.js';

type Aside = Schemas['SetAsideList']['records'][number];
const SHOWN = 1_000;

const COLUMNS: Column<Aside>[] = [
  {
    id: 'record',
    title: 'Record',
    right: true,
    by: ({ recordNumber }) => recordNumber,
    cell: ({ recordNumber }) => count(recordNumber),
  },
  { id: 'byte', title: 'At byte', right: true, when: 'wider', cell: ({ byteOffset }) => count(byteOffset) },
  {
    id: 'invoice',
    title: 'Invoice',
    when: 'wide',
    cell: ({ invoiceNumber }) => <span className="code">{invoiceNumber ?? '–'}</span>,
  },
  { id: 'field', title: 'Field', by: ({ field }) => field, cell: ({ field }) => field },
  {
    id: 'code',
    title: 'Code',
    by: ({ code }) => code,
    when: 'wider',
    cell: ({ code }) => <span className="code">{code}</span>,
  },
  { id: 'message', title: 'What is wrong', cell: ({ message }) => message },
];

export function FilePage() {
  const path = useParams({ from: '/shell/billers/$billerId/files/$importId' });
  const { billerId } = path;
  const file = useQuery({
    queryKey: ['files', 'one', path.importId],
    queryFn: () =>
      answerOf(
        api.GET('/v1/billers/{billerId}/invoice-files/{importId}', { params: { path, query: { explain: 'true' } } }),
      ),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 500 : 30_000),
  });
  return (
    <Answer of={file}>
      {(data) => (
        <>
          <PageHead
            title={data.filename}
            beside={<State {...IMPORT_STATES[data.state]} />}
            about={
              <>
                Invoice file of{' '}
                <Go to="/billers/$billerId/files" params={{ billerId }}>
                  {billerId}
                </Go>
              </>
            }
          />
          <Stack gap="lg">
            {data.state === 'running' ? <Running file={data} /> : null}
            {data.problem ? <Refused problem={data.problem} /> : null}
            <div className="paper" style={{ padding: 'var(--mantine-spacing-md)' }}>
              <Facts
                facts={[
                  ['Records', count(data.records)],
                  ['New', count(data.created)],
                  ['Updated', count(data.updated)],
                  ['Unchanged', count(data.unchanged)],
                  ['Set aside', count(data.setAside)],
                  ['Total', data.totalAmount ? moneyText(data.totalAmount) : '–'],
                  ['Size', bytesText(data.bytes)],
                  ['Came', instantText(data.createdAt)],
                  ['Ended', data.finishedAt ? instantText(data.finishedAt) : '–'],
                  [
                    'SHA-256',
                    <span key="sha" className="code">
                      {data.sha256}
                    </span>,
                  ],
                ]}
              />
            </div>
            {data.explanation ? <Explanation of={data.explanation} /> : null}
            {data.setAside > 0 || data.problem?.code === 'too-many-set-aside' ? (
              <SetAside billerId={billerId} importId={path.importId} name={data.filename} />
            ) : null}
          </Stack>
        </>
      )}
    </Answer>
  );
}

function Running({ file }: { file: Schemas['Import'] }) {
  const part = file.bytes ? (file.bytesRead / file.bytes) * 100 : 0;
  return (
    <Section title="Under way">
      <Progress value={part} aria-label="Read" mb="xs" />
      <Text fz="sm" role="status">
        {count(file.records)} records read, {bytesText(file.bytesRead)} of {bytesText(file.bytes)}
      </Text>
    </Section>
  );
}

function Refused({ problem }: { problem: NonNullable<Schemas['Import']['problem']> }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(`${problem.tellPartner}\n\n${problem.detail} [${problem.code}]`);
      notifications.show({ message: 'Copied.' });
    } catch {
      notifications.show({ color: 'red.9', message: 'Browsers copy over https alone: select the text instead.' });
    }
  };
  return (
    <section className="paper need" data-tone="bad" aria-label="Why it was refused" style={{ padding: '0.9rem 1rem' }}>
      <Text fw={600}>Refused: nothing of it was applied</Text>
      <Text fz="sm">
        {problem.detail} <span className="code">[{problem.code}]</span>
      </Text>
      <Group justify="space-between" mt="sm" align="flex-end">
        <div>
          <div className="fact-label">What to tell the partner</div>
          <Text fz="sm">{problem.tellPartner}</Text>
        </div>
        <Button size="xs" variant="default" onClick={copy}>
          Copy
        </Button>
      </Group>
    </section>
  );
}

function SetAside({ billerId, importId, name }: { billerId: string; importId: string; name: string }) {
  const path = { billerId, importId };
  const records = useQuery({
    queryKey: ['files', 'set-aside', importId],
    queryFn: () =>
      answerOf(
        api.GET('/v1/billers/{billerId}/invoice-files/{importId}/set-aside', {
          params: { path, query: { limit: SHOWN } },
        }),
      ),
  });
  const url = `/v1/billers/${encodeURIComponent(billerId)}/invoice-files/${importId}/set-aside.csv`;
  return (
    <Section
      title="Records set aside"
      flush
      actions={
        <Button component="a" href={url} download={`${name}.set-aside.csv`} size="xs" variant="default">
          Download all as CSV
        </Button>
      }
    >
      <Answer of={records}>
        {(data) => (
          <Rows
            label="Records set aside"
            rows={data.records}
            idOf={({ recordNumber }) => String(recordNumber)}
            columns={COLUMNS}
            empty="None."
            height="60vh"
          />
        )}
      </Answer>
    </Section>
  );
}
