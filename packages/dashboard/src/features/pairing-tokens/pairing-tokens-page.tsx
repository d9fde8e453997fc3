import { Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { PairingToken } from '@tideway/protocol';
import { path, remove } from '../../platform/api/call.ts';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { TextLink } from '../../platform/ui/links.tsx';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { numberText } from '../../platform/ui/number-text.ts';
import { Page } from '../../platform/ui/page.tsx';
import { type PlainColumn, PlainTable } from '../../platform/ui/plain-table.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { NeedsRole } from '../session/needs-role.tsx';
import { CreatePairingToken } from './create-pairing-token.tsx';
import { usePairingTokens } from './pairing-token.queries.ts';

const columns: PlainColumn<PairingToken>[] = [
  { title: 'Id', cell: ({ id }) => <span className="mono">{id}</span> },
  {
    title: 'Uses left',
    cell: ({ uses_left }) => (
      <span className="numbers">
        {uses_left === null ? 'any number' : uses_left === 0 ? 'none: used up' : numberText(uses_left)}
      </span>
    ),
  },
  { title: 'Expires', cell: ({ expires_at }) => (expires_at === null ? 'Never' : <Time at={expires_at} />) },
  { title: 'Group', cell: ({ group }) => group ?? 'as the device wishes', isSecondary: true },
  { title: 'Approval', cell: ({ needs_approval }) => (needs_approval ? 'needed' : 'not needed'), isSecondary: true },
  { title: 'Created', cell: ({ created_at }) => <Time at={created_at} />, isSecondary: true },
];

export function PairingTokensPage() {
  return (
    <NeedsRole needed="admin" title="Pairing tokens">
      <PairingTokens />
    </NeedsRole>
  );
}

/** What lets new devices join the project. */
function PairingTokens() {
  const project = useProjectKey();
  const tokens = usePairingTokens(project);
  return (
    <Page title="Pairing tokens" actions={<CreateToken project={project} />}>
      <Text size="sm" maw={640} mb="sm">
        What lets devices join this project, as for an image that many machines get. For a machine that is at hand,{' '}
        <TextLink to="/p/$project/register-device" params={{ project }} underline="always">
          Register device
        </TextLink>{' '}
        makes a token and the line to paste.
      </Text>
      <PlainTable
        label="Pairing tokens"
        columns={columns}
        list={tokens}
        rowId={({ id }) => id}
        actions={(token) => <RevokeToken project={project} token={token} />}
        empty={
          <EmptyNote title="There is no pairing token">
            A pairing token lets new devices join this project. It can be limited in number and time, and can ask for a
            person's approval of each device.
          </EmptyNote>
        }
      />
    </Page>
  );
}

function CreateToken({ project }: { project: string }) {
  return (
    <DialogButton verb="Create token" title="Create a pairing token" variant="filled">
      {(close) => <CreatePairingToken project={project} onDone={close} />}
    </DialogButton>
  );
}

function RevokeToken({ project, token: { id } }: { project: string; token: PairingToken }) {
  const queries = useQueryClient();
  return (
    <ConfirmButton
      verb="Revoke"
      title={`Revoke the pairing token ${id}?`}
      size="compact-sm"
      onConfirm={async () => {
        await remove(path`/${project}/pairing-tokens/${id}`);
        await queries.invalidateQueries({ queryKey: [project, 'pairing-tokens'] });
      }}
    >
      No device can join with it any more. Devices that have joined stay. That cannot be undone.
    </ConfirmButton>
  );
}
