import { Alert, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { sessionQuery, useSession } from '../session/session.queries.ts';
import { PasswordForm } from './password-form.tsx';
import { SecondFactor } from './second-factor.tsx';
import { SignOut } from './sign-out.tsx';

/** Who one is, how one signs in, and the way out. */
export function AccountPage() {
  const session = useSession();
  useQuery({ ...sessionQuery, refetchOnMount: 'always' });
  // Who came without a password is welcomed until the page is left, also once there is one.
  const cameWithout = useRef(!session.has_password).current;
  return (
    <Page title="Your account">
      <Stack maw={640}>
        {cameWithout && <Welcome />}
        <Section title="Who you are">
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {session.user.email}, with the role <b>{session.user.role}</b> in the account {session.account.name}
          </Text>
        </Section>
        <Section title="Password">
          <PasswordForm />
        </Section>
        <Section title="Second factor">
          <SecondFactor />
        </Section>
        <Section title="Signing out">
          <SignOut />
        </Section>
      </Stack>
    </Page>
  );
}

/** For who has come by a link that signs in once. */
function Welcome() {
  const { user, has_password } = useSession();
  return (
    <Alert variant="light" title="Welcome to Tideway">
      <Stack gap="sm" align="flex-start">
        <Text size="sm" c="var(--mantine-color-text)">
          {has_password
            ? `Your password is set. Sign in as ${user.email} with it from now on.`
            : 'The link that you came by is used up. Set a password, so that you can sign in again.'}
        </Text>
        <ButtonLink to="/" variant={has_password ? 'filled' : 'default'}>
          {has_password ? 'Go on' : 'Go on without a password'}
        </ButtonLink>
      </Stack>
    </Alert>
  );
}
