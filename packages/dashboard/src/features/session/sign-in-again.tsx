import { Modal, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useSessionHasEnded } from '../../platform/api/session-end.ts';
import { LoadingNote } from '../../platform/ui/notes.tsx';
import { useSession } from './session.queries.ts';

/** The first page does not wait for the form, and yet it is there before a session ends. */
const loadAfterMs = 5_000;
const retryMs = 3_000;

/** Over the page whose session has ended: what was typed in it stays. */
export function SignInAgain() {
  const { user } = useSession();
  const hasEnded = useSessionHasEnded();
  const SignInForm = useSignInForm(hasEnded);
  return (
    <Modal
      opened={hasEnded}
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
        {SignInForm === null ? <LoadingNote /> : <SignInForm email={user.email} onDone={() => {}} />}
      </Stack>
    </Modal>
  );
}

type SignInForm = typeof import('./sign-in-form.tsx').SignInForm;

/** The form once it is loaded. Where the server cannot be reached it is tried again: the page beneath must not be lost. */
function useSignInForm(isNeeded: boolean): SignInForm | null {
  const [form, setForm] = useState<{ component: SignInForm } | null>(null);
  const isLoaded = form !== null;
  useEffect(() => {
    if (isLoaded) return;
    let timer = setTimeout(load, isNeeded ? 0 : loadAfterMs);
    function load() {
      import('./sign-in-form.tsx').then(
        ({ SignInForm: component }) => setForm({ component }),
        () => {
          timer = setTimeout(load, retryMs);
        },
      );
    }
    return () => clearTimeout(timer);
  }, [isNeeded, isLoaded]);
  return form?.component ?? null;
}
