import { useQueryClient } from '@tanstack/react-query';
import { type AccessToken, roleCovers } from '@tideway/protocol';
import { path, remove } from '../../platform/api/call.ts';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { type PlainColumn, PlainTable } from '../../platform/ui/plain-table.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { useSession } from '../session/session.queries.ts';
import { AccessTokenForm } from './access-token-form.tsx';
import { LastTime } from './last-time.tsx';
import { NameWithRole } from './name-with-role.tsx';
import { useAccessTokens } from './settings.queries.ts';

const columns: PlainColumn<AccessToken>[] = [
  { title: 'Name', cell: ({ name, role }) => <NameWithRole name={name} role={role} /> },
  { title: 'Role', cell: ({ role }) => role, isSecondary: true },
  { title: 'Whose', cell: ({ user }) => user.email, isSecondary: true },
  { title: 'Created', cell: ({ created_at }) => <Time at={created_at} />, isSecondary: true },
  { title: 'Last used', cell: ({ last_used_at }) => <LastTime at={last_used_at} /> },
  { title: 'Expires', cell: ({ expires_at }) => (expires_at === null ? 'Never' : <Time at={expires_at} />) },
];

/** What programs use instead of a password: one's own, and for owners those of everybody. */
export function AccessTokensPage() {
  const { user } = useSession();
  const tokens = useAccessTokens();
  return (
    <Page title="Access tokens" actions={<CreateToken />}>
      <PlainTable
        label="Access tokens"
        columns={columns}
        list={tokens}
        rowId={({ id }) => id}
        actions={(token) => roleCovers(user.role, token.role) && <RevokeToken token={token} />}
        empty={
          <EmptyNote title="There is no access token">
            An access token is what a program uses instead of a password: a pipeline that deploys, the command line, a
            script. It may do what its role may, and never more than you.
          </EmptyNote>
        }
      />
    </Page>
  );
}

function CreateToken() {
  return (
    <DialogButton verb="Create token" title="Create an access token" variant="filled">
      {(close) => <AccessTokenForm onDone={close} />}
    </DialogButton>
  );
}

function RevokeToken({ token: { id, name, user } }: { token: AccessToken }) {
  const queries = useQueryClient();
  return (
    <ConfirmButton
      verb="Revoke"
      title={`Revoke the access token ${name}?`}
      size="compact-sm"
      onConfirm={async () => {
        await remove(path`/access-tokens/${id}`);
        await queries.invalidateQueries({ queryKey: ['access-tokens'] });
      }}
    >
      Programs that use this token of {user.email} are refused within 60 s. That cannot be undone.
    </ConfirmButton>
  );
}
