import { Card, Center, Stack, Text, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { safeBack } from './safe-back.rules.ts';
import { signInByLink } from './session.queries.ts';
import { SignInForm } from './sign-in-form.tsx';

/** Signing in: by a link that carries its token behind `#`, where no server and no proxy sees it, or by password. */
export function SignInPage() {
  const { back } = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const { origin } = window.location;
  const [token] = useState(() => window.location.hash.slice(1));
  const [linkError, setLinkError] = useState<unknown>(null);
  const isSent = useRef(false);
  useEffect(() => {
    document.title = 'Sign in · Tideway';
    if (token === '' || isSent.current) return;
    isSent.current = true;
    signInByLink(token).then(
      // Who has come by a link has no password, or has forgotten it: there one is set.
      () => navigate({ href: back === undefined ? '/account' : safeBack(back, origin), replace: true }),
      setLinkError,
    );
  }, [token, back, navigate, origin]);

  return (
    <Center mih="100dvh" p="md" component="main">
      <Card withBorder w="100%" maw={380} p="xl">
        <Stack>
          <Title order={1}>Tideway</Title>
          {token !== '' && linkError === null ? (
            <LoadingNote what="Signing in" />
          ) : (
            <>
              {linkError !== null && <ErrorNote error={linkError} />}
              <SignInForm onDone={() => navigate({ href: safeBack(back, origin), replace: true })} />
              <Text size="sm" c="dimmed">
                No password, or a forgotten one? An owner makes a link under Settings, Users; whoever runs the server
                makes one with <code>tideway sign-in-link</code>.
              </Text>
            </>
          )}
        </Stack>
      </Card>
    </Center>
  );
}
