import { Text } from '@mantine/core';
import type { Deployment, UpdateFlowVersion } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { useProjectKey } from '../projects/project.queries.ts';

type AgainNoteProps = { deployment: Deployment; flow: UpdateFlowVersion | undefined };

/** Whose order the form began with, and what may be different from it. */
export function AgainNote({ deployment: { id, flow: ordered }, flow }: AgainNoteProps) {
  const project = useProjectKey();
  const isOtherVersion = flow !== undefined && flow.id === ordered.id && flow.version !== ordered.version;
  return (
    <Text size="sm" role="note" mb="md">
      Begun with what{' '}
      <TextLink to="/p/$project/deployments/$deployment" params={{ project, deployment: id }} underline="always">
        {id}
      </TextLink>{' '}
      ordered, without its secrets, start and time limit.
      {isOtherVersion && ` That was version ${ordered.version} of the flow; this is version ${flow.version}.`}
    </Text>
  );
}
