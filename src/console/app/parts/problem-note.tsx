/** What went wrong, in the host's words and with its code. */
import { Button, Group, Text } from '@mantine/core';
import { HostProblem } from '../api.js';

export function ProblemNote({ error, retry }: { error: unknown; retry?: () => void }) {
  const { message, code } =
    error instanceof HostProblem ? error : { message: (error as Error).message, code: 'page-failed' };
  const more =
    error instanceof HostProblem ? [...error.errors.map((item) => item.message), ...error.partnerMessages] : [];
  return (
    <div role="alert" className="paper need" data-tone="bad" style={{ padding: '0.75rem 1rem' }}>
      <Group justify="space-between">
        <div>
          <Text fz="sm">
            {message} <span className="code">[{code}]</span>
          </Text>
          {more
            .filter((text) => text !== message)
            .map((text) => (
              <Text key={text} fz="sm" c="dimmed">
                {text}
              </Text>
            ))}
        </div>
        {retry ? (
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        ) : null}
      </Group>
    </div>
  );
}
