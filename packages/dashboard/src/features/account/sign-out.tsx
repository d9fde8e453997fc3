import { Button, Group } from '@mantine/core';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { tellRefused } from '../../platform/ui/tell.ts';
import { signOut, signOutEverywhere, useSession } from '../session/session.queries.ts';

/** Signing out here, or in all browsers. */
export function SignOut() {
  const { has_password } = useSession();
  return (
    <Group>
      <Button variant="default" onClick={() => signOut().catch(tellRefused)}>
        Sign out
      </Button>
      <ConfirmButton verb="Sign out everywhere" title="Sign out everywhere?" onConfirm={signOutEverywhere}>
        Every browser in which you are signed in has to sign in again, this one too. Access tokens go on.
        {!has_password && ' You have no password yet: without a new link you cannot come back.'}
      </ConfirmButton>
    </Group>
  );
}
