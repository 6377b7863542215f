/** Logs in with the host's token; it goes to the host once, and stays in no address and no storage of the page. */
import { Button, Center, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { answerOf, api, HostProblem, queries } from './api.js';
import { ProblemNote } from './parts/problem-note.js';

const NO_COOKIE = new HostProblem({
  status: 401,
  code: 'cookie-not-kept',
  detail: 'The browser did not keep the log-in: the console needs https, or this machine’s own address (127.0.0.1).',
});

export function LogIn() {
  const router = useRouter();
  const { to } = useSearch({ from: '/log-in' });
  const [token, setToken] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = 'Log in · ic-host';
  }, []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await answerOf(api.POST('/v1/session', { body: { token: token.trim() } }));
      if ((await answerOf(api.GET('/v1/session'))).actor === null) throw NO_COOKIE;
      queries.clear();
      router.history.push(to ?? '/');
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <form onSubmit={submit} className="paper" style={{ padding: '2rem', width: '24rem', maxWidth: '100%' }}>
        <Stack>
          <img src="/assets/icon.svg" alt="" width="40" height="40" />
          <Title order={1} fz="h3">
            ic-host
          </Title>
          <PasswordInput
            label="Token"
            description={
              <>
                The host’s API token; by default in <span className="code">.ic-host/api-token</span>
              </>
            }
            required
            autoComplete="current-password"
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the token' }}
          />
          {error ? <ProblemNote error={error} /> : null}
          <Button type="submit" loading={busy}>
            Log in
          </Button>
          <Text fz="xs" c="dimmed">
            A log-in lasts twelve hours.
          </Text>
        </Stack>
      </form>
    </Center>
  );
}
