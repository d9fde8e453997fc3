import { Drawer, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Deployment, UpdateDetails } from '@tideway/protocol';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { TextLink } from '../../platform/ui/links.tsx';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { tellDone } from '../../platform/ui/tell.ts';
import { useMay } from '../session/session.queries.ts';
import { abortText } from './action-text.ts';
import { abortUpdate, updateQuery, useDeploymentChanged } from './deployment.queries.ts';
import { abortedText, Lines } from './deployment-actions.tsx';
import { UpdateOutcome } from './update-outcome.tsx';
import { UpdateOutput } from './update-output.tsx';
import { UpdateSteps } from './update-steps.tsx';
import { DeviceAway, UpdateWhy } from './update-why.tsx';

type UpdatePanelProps = { project: string; deployment: Deployment };

/** The update of the device that the address names, beside the table. */
export function UpdatePanel({ project, deployment }: UpdatePanelProps) {
  const { device, ...narrowed } = useSearch({ from: '/signed-in/p/$project/deployments/$deployment' });
  const navigate = useNavigate();
  const close = () =>
    void navigate({
      to: '/p/$project/deployments/$deployment',
      params: { project, deployment: deployment.id },
      search: narrowed,
      resetScroll: false,
    });
  return (
    <Drawer
      opened={device !== undefined}
      onClose={close}
      position="right"
      size="xl"
      title="Update of one device"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {device !== undefined && <OneUpdate key={device} project={project} deployment={deployment} device={device} />}
    </Drawer>
  );
}

function OneUpdate({ project, deployment, device }: UpdatePanelProps & { device: string }) {
  const { data: update, error, isPending, refetch } = useQuery(updateQuery(project, deployment.id, device));
  if (isPending) return <LoadingNote what="Loading the update" />;
  if (update === undefined) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  const isOpen = update.status === 'pending' || update.status === 'in_progress';
  return (
    <Stack gap="md">
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      <Group justify="space-between" gap="xs">
        <div style={{ minWidth: 0 }}>
          <Text size="lg" fw={600} style={{ overflowWrap: 'anywhere' }}>
            {update.device.name}
          </Text>
          <TextLink to="/p/$project/devices/$device" params={{ project, device }} className="mono">
            {device}
          </TextLink>
        </div>
        {isOpen && <AbortUpdate project={project} deployment={deployment} update={update} />}
      </Group>
      <UpdateOutcome update={update} />
      {update.status === 'in_progress' && <DeviceAway project={project} deployment={deployment.id} device={device} />}
      {update.status === 'pending' && <UpdateWhy project={project} deployment={deployment.id} device={device} />}
      {update.status !== 'pending' && update.taken_up_at !== null && (
        <>
          <UpdateSteps update={update} />
          <UpdateOutput
            project={project}
            deployment={deployment.id}
            device={device}
            isLive={update.status === 'in_progress'}
          />
        </>
      )}
    </Stack>
  );
}

type AbortUpdateProps = UpdatePanelProps & { update: UpdateDetails };

function AbortUpdate({ project, deployment, update }: AbortUpdateProps) {
  const mayOperate = useMay('operator');
  const changed = useDeploymentChanged(project);
  if (!mayOperate) return null;
  if (update.abort_requested_at !== null) {
    return (
      <Text size="sm" c="dimmed">
        Asked to stop
      </Text>
    );
  }
  async function abort() {
    const done = await abortUpdate(project, deployment.id, update.device.id);
    await changed(deployment.id);
    tellDone(abortedText(done));
  }
  const counts = { pending: 0, in_progress: 0, success: 0, failed: 0, aborted: 0, [update.status]: 1 };
  return (
    <ConfirmButton verb="Abort" title={`Abort the update of ${update.device.name}?`} onConfirm={abort}>
      <Lines lines={abortText({ counts, abort_deadline_s: deployment.abort_deadline_s })} />
    </ConfirmButton>
  );
}
