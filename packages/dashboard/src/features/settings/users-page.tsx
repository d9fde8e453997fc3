import { Text } from '@mantine/core';
import type { User } from '@tideway/protocol';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { type PlainColumn, PlainTable } from '../../platform/ui/plain-table.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { NeedsRole } from '../session/needs-role.tsx';
import { useMay, useSession } from '../session/session.queries.ts';
import { LastTime } from './last-time.tsx';
import { NameWithRole } from './name-with-role.tsx';
import { useUsers } from './settings.queries.ts';
import { UserActions } from './user-actions.tsx';
import { InviteForm } from './user-forms.tsx';

function columnsFor(ownId: string): PlainColumn<User>[] {
  return [
    {
      title: 'Email',
      cell: ({ id, email, role }) => <NameWithRole name={id === ownId ? `${email} (you)` : email} role={role} />,
    },
    { title: 'Role', cell: ({ role }) => role, isSecondary: true },
    { title: 'Projects', cell: ({ projects }) => projectsText(projects), isSecondary: true },
    { title: 'Signs in with', cell: (user) => signsInWith(user, user.id === ownId), isSecondary: true },
    { title: 'Last seen', cell: ({ last_seen_at }) => <LastTime at={last_seen_at} /> },
    { title: 'Since', cell: ({ created_at }) => <Time at={created_at} />, isSecondary: true },
  ];
}

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
  const ownId = useSession().user.id;
  return (
    <Page title="Users" actions={isOwner && <Invite onClosed={users.reload} />}>
      {!isOwner && (
        <Text size="sm" c="dimmed" mb="sm">
          Inviting and changing users needs the role owner.
        </Text>
      )}
      <PlainTable
        label="Users"
        columns={columnsFor(ownId)}
        list={users}
        rowId={({ id }) => id}
        actions={isOwner ? (user) => <UserActions user={user} onClosed={users.reload} /> : undefined}
        empty={null}
      />
    </Page>
  );
}

function Invite({ onClosed }: { onClosed: () => void }) {
  return (
    <DialogButton verb="Invite user" title="Invite a user" variant="filled" onClosed={onClosed}>
      {(close) => <InviteForm onDone={close} />}
    </DialogButton>
  );
}

function projectsText(projects: string[] | null): string {
  if (projects === null) return 'all';
  return projects.length === 0 ? 'none' : projects.join(', ');
}

/** Whoever has no password has not come yet, or came by a link and set none; of oneself one knows. */
function signsInWith({ has_password, has_second_factor }: User, isOneself: boolean): string {
  if (!has_password) return isOneself ? 'a link, no password yet' : 'no password yet';
  return has_second_factor ? 'password and second factor' : 'password';
}
