/** A biller's invoice files: hand one over, see how it goes, and what came of the others. */
import { Button, FileButton, Group, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api, HostProblem, type Schemas } from '../api.js';
import { bytesText, count } from '../format.js';
import { Ago } from '../parts/ago.js';
import { Answer } from '../parts/answer.js';
import { Go } from '../parts/links.js';
import { ProblemNote } from '../parts/problem-note.js';
import { type Column, Rows } from '../parts/rows.js';
import { Section } from '../parts/section.js';
import { State } from '../parts/state.js';
import { upload } from '../upload.js';
import { IMPORT_STATES } from '../words.js';

type Import = Schemas['Import'];

const columnsOf = (billerId: string): Column<Import>[] => [
  {
    id: 'name',
    title: 'File',
    cell: ({ importId, filename }) => (
      <Go to="/billers/$billerId/files/$importId" params={{ billerId, importId }} fw={550}>
        {filename}
      </Go>
    ),
  },
  { id: 'state', title: 'State', cell: ({ state }) => <State {...IMPORT_STATES[state]} /> },
  { id: 'records', title: 'Records', right: true, by: ({ records }) => records, cell: ({ records }) => count(records) },
  { id: 'created', title: 'New', when: 'wide', right: true, cell: ({ created }) => count(created) },
  { id: 'updated', title: 'Updated', when: 'wide', right: true, cell: ({ updated }) => count(updated) },
  {
    id: 'aside',
    title: 'Set aside',
    when: 'wide',
    right: true,
    by: ({ setAside }) => setAside,
    cell: ({ setAside }) => count(setAside),
  },
  {
    id: 'at',
    title: 'Came',
    right: true,
    by: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => <Ago at={createdAt} />,
  },
];

export function BillerFiles() {
  const { billerId } = useParams({ from: '/shell/billers/$billerId/files' });
  const path = { billerId };
  const imports = useQuery({
    queryKey: ['files', billerId],
    queryFn: () =>
      answerOf(api.GET('/v1/billers/{billerId}/invoice-files', { params: { path, query: { limit: 200 } } })),
  });
  const inbox = useQuery({
    queryKey: ['files', 'inbox', billerId],
    queryFn: () => answerOf(api.GET('/v1/billers/{billerId}/inbox', { params: { path } })),
  });
  return (
    <Stack gap="lg">
      <Upload billerId={billerId} />
      {inbox.data?.watched ? (
        <Section title="Inbox">
          <Text fz="sm">
            Looked into <Ago at={inbox.data.lookedAt} />;{' '}
            {inbox.data.waiting.length
              ? `${inbox.data.waiting.length} files wait: ${inbox.data.waiting.join(', ')}`
              : 'nothing waits'}
            .
          </Text>
          {inbox.data.problem ? (
            <ProblemNote
              error={new HostProblem({ status: 500, code: 'inbox-unreadable', detail: inbox.data.problem })}
            />
          ) : null}
        </Section>
      ) : null}
      <Section title="Files" flush>
        <Answer of={imports}>
          {(data) => (
            <Rows
              label="Invoice files"
              rows={data.imports}
              idOf={({ importId }) => importId}
              columns={columnsOf(billerId)}
              empty="No file came so far."
            />
          )}
        </Answer>
      </Section>
    </Stack>
  );
}

function Upload({ billerId }: { billerId: string }) {
  const navigate = useNavigate();
  const [sending, setSending] = useState<{ name: string; part: number } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const send = async (file: File | null) => {
    if (!file) return;
    setError(null);
    setSending({ name: file.name, part: 0 });
    try {
      const { importId } = await upload(billerId, file, (part) => setSending({ name: file.name, part }));
      await navigate({ to: '/billers/$billerId/files/$importId', params: { billerId, importId } });
    } catch (problem) {
      setError(problem);
    } finally {
      setSending(null);
    }
  };
  return (
    <Section title="Hand a file over">
      <Stack gap="sm">
        {sending ? (
          <>
            <Text fz="sm">
              Sending {sending.name}: {Math.round(sending.part * 100)} %
            </Text>
            <Progress value={sending.part * 100} aria-label="Sent" />
          </>
        ) : (
          <Group>
            <FileButton onChange={send} inputProps={{ 'aria-label': 'Invoice file' }}>
              {(props) => (
                <Button {...props} variant="default">
                  Choose a file …
                </Button>
              )}
            </FileButton>
            <Text fz="sm" c="dimmed">
              It is applied whole, or refused whole with a reason. The same bytes again change nothing. Up to{' '}
              {bytesText(20e9)}.
            </Text>
          </Group>
        )}
        {error ? <ProblemNote error={error} /> : null}
      </Stack>
    </Section>
  );
}
