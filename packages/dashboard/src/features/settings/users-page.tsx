import { Text } from '@mantine/core';
import type { User } from '@tideway/protocol';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { type PlainColumn, PlainTable } from '../../platform/ui/plain-table.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { NeedsRole } from '../session/needs-role.tsx';
import { useMay } from '../session/session.queries.ts';
import { useUsers } from './settings.queries.ts';
import { UserActions } from './user-actions.tsx';
import { InviteForm } from './user-forms.tsx';

const columns: PlainColumn<User>[] = [
  { title: 'Email', cell: ({ email }) => email },
  { title: 'Role', cell: ({ role }) => role },
  { title: 'Projects', cell: ({ projects }) => projectsText(projects), isSecondary: true },
  { title: 'Signs in with', cell: signsInWith, isSecondary: true },
  { title: 'Since', cell: ({ created_at }) => <Time at={created_at} />, isSecondary: true },
];

export function UsersPage() {
  return (
    <NeedsRole needed="admin" title="Users">
      <Users />
    </NeedsRole>
  );
}

/** Who may use the account; owners say who may do what. */
function Users() {
  const users = useUsers();
  const isOwner = useMay('owner');
  return (
    <Page title="Users" actions={isOwner && <Invite />}>
      {!isOwner && (
        <Text size="sm" c="dimmed" mb="sm">
          Inviting and changing users needs the role owner.
        </Text>
      )}
      <PlainTable
        label="Users"
        columns={columns}
        list={users}
        rowId={({ id }) => id}
        actions={isOwner ? (user) => <UserActions user={user} /> : undefined}
        empty={null}
      />
    </Page>
  );
}

function Invite() {
  return (
    <DialogButton verb="Invite user" title="Invite a user" variant="filled">
      {(close) => <InviteForm onDone={close} />}
    </DialogButton>
  );
}

function projectsText(projects: string[] | null): string {
  if (projects === null) return 'all';
  return projects.length === 0 ? 'none' : projects.join(', ');
}

function signsInWith({ has_password, has_second_factor }: User): string {
  if (!has_password) return 'a link, no password yet';
  return has_second_factor ? 'password and second factor' : 'password';
}
