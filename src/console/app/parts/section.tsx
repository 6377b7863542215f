/** A part of a page, with its title. */
import { Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface Section {
  title: string;
  actions?: ReactNode;
  /** Without space around: for tables. */
  flush?: boolean;
  children: ReactNode;
}

export const Section = ({ title, actions, flush, children }: Section) => (
  <section className="paper">
    <Group justify="space-between" px="md" pt="md" pb={flush ? 'xs' : 0}>
      <Title order={2} fz="md">
        {title}
      </Title>
      {actions ? <Group gap="xs">{actions}</Group> : null}
    </Group>
    <div style={flush ? undefined : { padding: 'var(--mantine-spacing-md)' }}>{children}</div>
  </section>
);
