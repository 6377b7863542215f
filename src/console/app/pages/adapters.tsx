/** The adapters: what each can do, whether the contract suite says so, who is on it, and what it may reach. */
import { Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { answerOf, api, type Schemas } from '../api.js';
import { count } from '../format.js';
import { Ago } from '../parts/ago.js';
import { Answer } from '../parts/answer.js';
import { Facts } from '../parts/facts.js';
import { Go } from '../parts/links.js';
import { PageHead } from '../parts/page-head.js';
import { Scroll } from '../parts/scroll.js';
import { Section } from '../parts/section.js';
import { State } from '../parts/state.js';
import { CONTRACTS } from '../words.js';

type Loaded = Extract<Schemas['Adapter'], { health: 'loaded' }>;
const NAMES = ['rtdr-provider', 'payment-sink', 'enrollment-sink', 'document-provider', 'invoice-file-parser'] as const;

export function AdaptersPage() {
  const adapters = useQuery({ queryKey: ['adapters'], queryFn: () => answerOf(api.GET('/v1/adapters')) });
  return (
    <>
      <PageHead title="Adapters" about="Each speaks to one kind of partner, by contracts that a suite checks." />
      <Answer of={adapters}>
        {(data) => {
          const loaded = data.adapters.flatMap((adapter) => (adapter.health === 'loaded' ? [adapter] : []));
          return (
            <Stack gap="lg">
              <Section title="Contracts" flush>
                <Matrix adapters={loaded} />
              </Section>
              {loaded.map((adapter) => (
                <Adapter key={adapter.id} adapter={adapter} />
              ))}
              {data.adapters.map((adapter) =>
                adapter.health === 'quarantined' ? (
                  <Section key={adapter.source} title={`${adapter.id ?? adapter.source}: not loaded`}>
                    {adapter.faults.map((fault) => (
                      <Text key={`${fault.path} ${fault.message}`} fz="sm">
                        <span className="code">{fault.path || '/'}</span> {fault.message}
                      </Text>
                    ))}
                  </Section>
                ) : null,
              )}
            </Stack>
          );
        }}
      </Answer>
    </>
  );
}

function Matrix({ adapters }: { adapters: readonly Loaded[] }) {
  return (
    <Scroll className="rows" label="Contracts by adapter">
      <table>
        <thead>
          <tr>
            <th>Adapter</th>
            {NAMES.map((name) => (
              <th key={name}>{CONTRACTS[name]}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {adapters.map((adapter) => (
            <tr key={adapter.id}>
              <td>
                {adapter.name} <span className="code">{adapter.version}</span>
              </td>
              {NAMES.map((name) => (
                <td key={name}>
                  <Cell adapter={adapter} name={name} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Cell({ adapter, name }: { adapter: Loaded; name: (typeof NAMES)[number] }) {
  if (!adapter.contracts.some((contract) => contract.name === name)) return <span>–</span>;
  const result = adapter.suite?.contracts.find(({ contract }) => contract === name);
  if (!result) return <State word="Not verified here" tone="calm" />;
  if (result.failed) return <State word={`${result.failed} of ${result.passed + result.failed} fail`} tone="bad" />;
  return <State word={`${result.passed} hold`} tone={adapter.suite?.outdated ? 'warn' : 'good'} />;
}

/** Hosts by name, and those that billers' settings name. */
const reachOf = ({ egress, settings }: Loaded): string =>
  egress
    .map((pattern) => {
      const setting = settings.find(({ key }) => pattern === `setting:${key}`);
      return setting ? `host of “${setting.title}”` : pattern;
    })
    .join(', ');

const isolationOf = ({ isolated }: Loaded): ReactNode => {
  if (!isolated) return 'The host’s own thread';
  const { state, restarts, lastFault, lastFaultAt } = isolated;
  return (
    <>
      A thread of its own, {state === 'running' ? 'running' : <State word={state} tone="bad" />}
      {restarts ? `, started again ${restarts} times; the last time since ${lastFault}, ` : ''}
      {restarts && lastFaultAt ? <Ago at={lastFaultAt} /> : null}
    </>
  );
};

function Adapter({ adapter }: { adapter: Loaded }) {
  const { suite, limits } = adapter;
  const capabilities = adapter.contracts.flatMap((contract) => contract.capabilities ?? []);
  return (
    <Section title={adapter.name}>
      <Stack gap="md">
        <Facts
          facts={[
            [
              'Id',
              <span key="id" className="code">
                {adapter.id}
              </span>,
            ],
            ['Version', adapter.version],
            [
              'Billers on it',
              <Go key="b" to="/billers">
                {count(adapter.billers)}
              </Go>,
            ],
            ['Capabilities', capabilities.join(', ') || '–'],
            ['Calls a second', String(limits.requestsPerSecond ?? 'as the host has it')],
            ['Calls at once', String(limits.concurrency ?? 'as the host has it')],
            ['Time of a call', limits.timeoutMs ? `${limits.timeoutMs} ms` : 'as the host has it'],
            ['May reach', reachOf(adapter)],
            ['Its files', adapter.pinned ? 'Pinned by the manifest' : 'Not pinned: any change of them is loaded'],
            ['Runs in', isolationOf(adapter)],
          ]}
        />
        <Group gap="sm">
          {suite ? (
            <Text fz="sm">
              Contract suite: {suite.passed} hold, {suite.failed} do not, {suite.skipped} not checked
              {suite.quick ? ' (quick checks only)' : ''}, <Ago at={suite.at} />.
              {suite.outdated ? ' The adapter was built again since then: run it anew.' : ''}
            </Text>
          ) : (
            <Text fz="sm" c="dimmed">
              The contract suite was not run here: <span className="code">ic-host verify {adapter.id}</span>
            </Text>
          )}
        </Group>
        {suite?.failures.map((failure) => (
          <Text key={`${failure.contract}/${failure.id}`} fz="sm">
            <span className="code">
              {failure.contract}/{failure.id}
            </span>{' '}
            {failure.message}
          </Text>
        ))}
      </Stack>
    </Section>
  );
}
