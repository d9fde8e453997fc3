import { Modal, Stack, Text } from '@mantine/core';
import { useSessionHasEnded } from '../../platform/api/session-end.ts';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { usePart } from '../../platform/use-part.ts';
import { useSession } from './session.queries.ts';

/** The first page does not wait for the form, and yet it is there before a session ends. */
const loadAfterMs = 5_000;
const loadForm = () => import('./sign-in-form.tsx');

/** Over the page whose session has ended: what was typed in it stays. */
export function SignInAgain() {
  const { user } = useSession();
  const hasEnded = useSessionHasEnded();
  const form = usePart(loadForm, hasEnded ? 0 : loadAfterMs);
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
        {form.part !== null && <form.part.SignInForm email={user.email} onDone={() => {}} />}
        {form.part === null && form.error === null && <LoadingNote />}
        {form.part === null && form.error !== null && <ErrorNote error={form.error} onRetry={form.retry} />}
      </Stack>
    </Modal>
  );
}
