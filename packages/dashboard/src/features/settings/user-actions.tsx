import { Button, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { User, UserWithLink } from '@tideway/protocol';
import { useState } from 'react';
import { path, post, remove } from '../../platform/api/call.ts';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { SignInLink } from './sign-in-link.tsx';
import { UserForm } from './user-forms.tsx';

/** What an owner may do with a user. */
export function UserActions({ user, onClosed }: { user: User; onClosed: () => void }) {
  const queries = useQueryClient();
  return (
    <Group gap={4} wrap="nowrap" justify="flex-end">
      <DialogButton verb="Change" title={`Change ${user.email}`} size="compact-sm">
        {(close) => <UserForm user={user} onDone={close} />}
      </DialogButton>
      <DialogButton verb="New link" title={`New sign-in link for ${user.email}`} size="compact-sm" onClosed={onClosed}>
        {(close) => <NewLink user={user} onDone={close} />}
      </DialogButton>
      <ConfirmButton
        verb="Lock out"
        title={`Lock ${user.email} out?`}
        size="compact-sm"
        onConfirm={async () => {
          await remove(path`/users/${user.id}`);
          await queries.invalidateQueries({ queryKey: ['users'] });
        }}
      >
        {user.email} is signed out everywhere, and programs that use their access tokens are refused within 60 s. That
        cannot be undone. What they did stays in the audit log.
      </ConfirmButton>
    </Group>
  );
}

function NewLink({ user, onDone }: { user: User; onDone: () => void }) {
  const [made, setMade] = useState<UserWithLink | null>(null);
  const [error, setError] = useState<unknown>(null);
  if (made !== null) return <SignInLink user={made} onDone={onDone} />;
  return (
    <Stack>
      <Text size="sm">
        For who has forgotten the password, or never used the first link. A link that was made before is void then; the
        password goes on until a new one is set.
      </Text>
      {error !== null && <ErrorNote error={error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
        <Button onClick={() => post<UserWithLink>(path`/users/${user.id}/sign-in-link`).then(setMade, setError)}>
          Make link
        </Button>
      </Group>
    </Stack>
  );
}
