/** What is around every page: where one can go, how the host is, and how to leave. */
import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouter, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { answerOf, api, queries } from './api.js';
import { useLive, useLiveState } from './live.js';

const PLACES = [
  { to: '/', word: 'Overview', icon: 'M3 12 12 4l9 8M6 10v9h12v-9' },
  { to: '/billers', word: 'Billers', icon: 'M4 20V6l8-3 8 3v14M9 20v-5h6v5M8 9h2m4 0h2' },
  { to: '/deliveries', word: 'Deliveries', icon: 'M3 7h12M3 12h18M3 17h9m5-3 4-2-4-2' },
  { to: '/adapters', word: 'Adapters', icon: 'M9 3v5m6-5v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3' },
  { to: '/audit', word: 'Audit', icon: 'M6 3h9l4 4v14H6zM9 12h7m-7 4h7' },
] as const;

const Icon = ({ path }: { path: string }) => (
  <svg
    width="20"
    height="20"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.8"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d={path} />
  </svg>
);

const LIVE = {
  connecting: { word: 'Connecting', tone: 'calm' },
  live: { word: 'Live', tone: 'good' },
  broken: { word: 'Not live: the host does not answer', tone: 'bad' },
} as const;

export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  const router = useRouter();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useLive();
  const live = LIVE[useLiveState()];
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme();
  const session = useQuery({ queryKey: ['session'], queryFn: () => answerOf(api.GET('/v1/session')) });
  const isOut = session.data?.actor === null;
  useEffect(() => {
    if (isOut) router.navigate({ to: '/log-in', search: { to: path } });
  }, [isOut, router, path]);
  useEffect(() => close(), [path]);

  const leave = async () => {
    await api.DELETE('/v1/session');
    queries.clear();
    router.navigate({ to: '/log-in' });
  };
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', lg: 'xl' }}
    >
      <AppShell.Header style={{ background: 'var(--paper)', borderColor: 'var(--line)' }}>
        <a className="skip" href="#main">
          To the page
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <img src="/assets/icon.svg" alt="" width="26" height="26" />
            <Text fw={650}>ic-host</Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <span className="state" data-tone={live.tone} role="status">
              {live.word}
            </span>
            <ActionIcon
              variant="default"
              aria-label={scheme === 'dark' ? 'Light colours' : 'Dark colours'}
              onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
            >
              <Icon path="M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z" />
            </ActionIcon>
            <ActionIcon variant="default" aria-label="Log out" onClick={leave}>
              <Icon path="M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9" />
            </ActionIcon>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" style={{ background: 'var(--paper)', borderColor: 'var(--line)' }} aria-label="Console">
        {PLACES.map(({ to, word, icon }) => (
          <Link key={to} to={to} className="nav-link" activeOptions={{ exact: to === '/', includeSearch: false }}>
            <Icon path={icon} />
            {word}
          </Link>
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
