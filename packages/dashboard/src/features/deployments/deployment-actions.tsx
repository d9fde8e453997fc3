import { type ButtonProps, Text } from '@mantine/core';
import type { Deployment } from '@tideway/protocol';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { tellDone } from '../../platform/ui/tell.ts';
import { useMay } from '../session/session.queries.ts';
import { abortText, openCount, pauseText, resumeText } from './action-text.ts';
import {
  type Aborted,
  abortDeployment,
  pauseDeployment,
  resumeDeployment,
  useDeploymentChanged,
} from './deployment.queries.ts';
import { RetryButton } from './retry-button.tsx';

type DeploymentActionsProps = { project: string; deployment: Deployment };

/** What somebody of this role may do with a deployment as it stands. */
export function DeploymentActions({ project, deployment }: DeploymentActionsProps) {
  const mayOperate = useMay('operator');
  if (!mayOperate) return null;
  const { counts, archived_at } = deployment;
  const again = <DeployAgain project={project} deployment={deployment} />;
  if (archived_at !== null) return again;
  return (
    <>
      {again}
      {counts.failed + counts.aborted > 0 && <RetryButton project={project} deployment={deployment} />}
      {deployment.paused_at === null
        ? counts.pending > 0 && <PauseButton project={project} deployment={deployment} />
        : deployment.finished_at === null && <ResumeButton project={project} deployment={deployment} />}
      {openCount(deployment) > 0 && <AbortButton project={project} deployment={deployment} />}
    </>
  );
}

/** To the form, filled in as this order was. */
function DeployAgain({ project, deployment: { id, archived_at, retry_of } }: DeploymentActionsProps) {
  // Nobody knows any more which devices that one was for.
  if (archived_at !== null && retry_of !== null) return null;
  return (
    <ButtonLink to="/p/$project/deployments/new" params={{ project }} search={{ again: id }} variant="default">
      Deploy again
    </ButtonLink>
  );
}

function PauseButton({ project, deployment }: DeploymentActionsProps) {
  const changed = useDeploymentChanged(project);
  async function pause() {
    await pauseDeployment(project, deployment.id);
    await changed(deployment.id);
  }
  return (
    <ConfirmButton verb="Pause" title={`Pause ${deployment.id}?`} isDestructive={false} onConfirm={pause}>
      <Lines lines={pauseText(deployment)} />
    </ConfirmButton>
  );
}

export function ResumeButton({ project, deployment, ...button }: DeploymentActionsProps & ButtonProps) {
  const changed = useDeploymentChanged(project);
  async function resume() {
    await resumeDeployment(project, deployment.id);
    await changed(deployment.id);
  }
  return (
    <ConfirmButton
      verb="Resume"
      title={`Resume ${deployment.id}?`}
      isDestructive={false}
      variant="filled"
      {...button}
      onConfirm={resume}
    >
      <Lines lines={resumeText(deployment)} />
    </ConfirmButton>
  );
}

function AbortButton({ project, deployment }: DeploymentActionsProps) {
  const changed = useDeploymentChanged(project);
  async function abort() {
    const done = await abortDeployment(project, deployment.id);
    await changed(deployment.id);
    tellDone(abortedText(done));
  }
  return (
    <ConfirmButton verb="Abort" title={`Abort ${deployment.id}?`} onConfirm={abort}>
      <Lines lines={abortText(deployment)} />
    </ConfirmButton>
  );
}

export function abortedText({ aborted, stopping }: Aborted): string {
  const ended = aborted === 0 ? [] : [`${countText(aborted, 'update')} ended.`];
  const asked = stopping === 0 ? [] : [`${countText(stopping, 'device')} asked to stop.`];
  return [...ended, ...asked].join(' ') || 'Nothing was open any more.';
}

export function Lines({ lines }: { lines: string[] }) {
  return lines.map((line) => (
    <Text key={line} size="sm" mb={4}>
      {line}
    </Text>
  ));
}
