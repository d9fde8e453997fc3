import { Modal, Stack, Text } from '@mantine/core';
import { lazy, Suspense, useEffect } from 'react';
import { useSessionHasEnded } from '../../platform/api/session-end.ts';
import { loadPart } from '../../platform/load-part.ts';
import { LoadingNote } from '../../platform/ui/notes.tsx';
import { useSession } from './session.queries.ts';

const loadForm = () => loadPart(() => import('./sign-in-form.tsx'));
const SignInForm = lazy(async () => ({ default: (await loadForm()).SignInForm }));

/** Over the page whose session has ended: what was typed in it stays. */
export function SignInAgain() {
  const { user } = useSession();
  // The first page does not wait for the form, and yet it is there before a session ends.
  useEffect(() => {
    const loading = setTimeout(() => void loadForm().catch(() => {}), 5_000);
    return () => clearTimeout(loading);
  }, []);
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
        <Suspense fallback={<LoadingNote />}>
          <SignInForm email={user.email} onDone={() => {}} />
        </Suspense>
      </Stack>
    </Modal>
  );
}
