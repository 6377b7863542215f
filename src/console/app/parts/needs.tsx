/** What needs a person, the most urgent first, each with where to go and what to do. */
import { Group, Stack, Text, Title } from '@mantine/core';
import type { Schemas } from '../api.js';
import { NEEDS } from '../words.js';
import { Ago } from './ago.js';
import { GoButton } from './links.js';

export function Needs({ needs }: { needs: readonly Schemas['Need'][] }) {
  if (needs.length === 0)
    return (
      <section className="paper need" style={{ padding: '0.9rem 1rem', borderLeftColor: 'var(--good-text)' }}>
        <Title order={2} fz="md">
          Nothing needs you
        </Title>
        <Text fz="sm" c="dimmed">
          Everything flows by itself.
        </Text>
      </section>
    );
  return (
    <section aria-label="What needs you">
      <Title order={2} fz="md" mb="xs">
        What needs you
      </Title>
      <Stack gap="xs">
        {needs.map((need) => (
          <Line key={`${need.kind} ${need.billerId} ${need.code}`} need={need} />
        ))}
      </Stack>
    </section>
  );
}

function Line({ need }: { need: Schemas['Need'] }) {
  const { billerId, code, detail, since } = need;
  const words = NEEDS[need.kind];
  return (
    <div className="paper need" data-tone={words?.tone ?? 'warn'} style={{ padding: '0.7rem 1rem' }}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text fz="sm" fw={600}>
            {billerId ? `${billerId}: ` : ''}
            {words?.title(need) ?? need.kind}
          </Text>
          <Text fz="sm" style={{ overflowWrap: 'anywhere' }}>
            {detail} {code ? <span className="code">[{code}]</span> : null}
          </Text>
          <Text fz="sm" c="dimmed">
            {words?.advice}
            {since ? (
              <>
                {' '}
                Since <Ago at={since} />.
              </>
            ) : null}
          </Text>
        </div>
        <Place need={need} />
      </Group>
    </div>
  );
}

function Place({ need: { kind, billerId } }: { need: Schemas['Need'] }) {
  const look = { variant: 'default', size: 'xs', style: { flexShrink: 0 } } as const;
  if (kind === 'adapter-quarantined')
    return (
      <GoButton {...look} to="/adapters">
        Adapters
      </GoButton>
    );
  if (!billerId) return null;
  if (kind === 'deliveries-parked')
    return (
      <GoButton {...look} to="/deliveries" search={{ state: 'parked', biller: billerId }}>
        Look
      </GoButton>
    );
  if (kind === 'file-refused' || kind === 'file-overdue')
    return (
      <GoButton {...look} to="/billers/$billerId/files" params={{ billerId }}>
        Files
      </GoButton>
    );
  if (kind === 'deliveries-lost')
    return (
      <GoButton {...look} to="/billers/$billerId/reconcile" params={{ billerId }}>
        Look
      </GoButton>
    );
  if (kind === 'biller-misconfigured' || kind === 'inbox-unreadable')
    return (
      <GoButton {...look} to="/billers/$billerId/settings" params={{ billerId }}>
        Settings
      </GoButton>
    );
  return (
    <GoButton {...look} to="/billers/$billerId" params={{ billerId }}>
      Look
    </GoButton>
  );
}
