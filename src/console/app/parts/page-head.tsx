/** What a page is about, where one came from, and what can be done here. Sets the tab's title. */
import { Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

interface Head {
  title: string;
  /** What stands beside it, such as a state. */
  beside?: ReactNode;
  about?: ReactNode;
  actions?: ReactNode;
}

export function PageHead({ title, beside, about, actions }: Head) {
  useEffect(() => {
    document.title = `${title} · ic-host`;
  }, [title]);
  return (
    <Group justify="space-between" align="flex-start" gap="md" mb="lg">
      <div>
        <Group gap="sm">
          <Title order={1} fz="h3" style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {beside}
        </Group>
        {about ? (
          <Text c="dimmed" fz="sm" mt={4} component="div">
            {about}
          </Text>
        ) : null}
      </div>
      {actions ? <Group gap="xs">{actions}</Group> : null}
    </Group>
  );
}
