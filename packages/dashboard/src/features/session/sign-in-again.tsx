import { Modal, Stack, Text } from '@mantine/core';
import { useSessionHasEnded } from '../../platform/api/session-end.ts';
import { useSession } from './session.queries.ts';
import { SignInForm } from './sign-in-form.tsx';

/** Over the page whose session has ended: what was typed in it stays. */
export function SignInAgain() {
  const { user } = useSession();
  return (
    <Modal
      opened={useSessionHasEnded()}
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Your session has ended"
      centered
      // Also over a dialog of the page, whose form stays as it is.
      zIndex={300}
    >
      <Stack>
        <Text size="sm">Sign in again and go on: everything on this page is as you left it.</Text>
        <SignInForm email={user.email} onDone={() => {}} />
      </Stack>
    </Modal>
  );
}
