import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { UpdateFlowVersion } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { deploymentQuery } from '../deployments/deployment.queries.ts';
import { useProjectKey } from '../projects/project.queries.ts';
import { devicesOf, devicesThenAndNow } from './order-again.rules.ts';
import type { OrderForm } from './use-order-values.ts';

type AgainNoteProps = {
  /** The deployment whose order the form began with. */
  id: string;
  form: OrderForm;
  flow: UpdateFlowVersion | undefined;
  /** How many devices are selected now; undefined while that is not known. */
  devices: number | undefined;
};

/** Whose order the form began with, and what may be different from it. */
export function AgainNote({ id, form: { values, change }, flow, devices }: AgainNoteProps) {
  const project = useProjectKey();
  const { data: ordered } = useQuery(deploymentQuery(project, id));
  if (ordered === undefined) return null;
  const isOtherVersion = flow !== undefined && flow.id === ordered.flow.id && flow.version !== ordered.flow.version;
  const then = devicesThenAndNow(ordered, values, devices);
  return (
    <Group gap="sm" role="note" mb="md">
      <Text size="sm">
        Begun with what{' '}
        <TextLink to="/p/$project/deployments/$deployment" params={{ project, deployment: id }} underline="always">
          {id}
        </TextLink>{' '}
        deployed, without its secrets, start and time limit.
        {isOtherVersion && ` That was version ${ordered.flow.version} of the flow; this is version ${flow.version}.`}
        {` ${then.text}`}
      </Text>
      {then.offersSame && (
        <Button size="xs" variant="default" onClick={() => change(devicesOf(id))}>
          The same devices
        </Button>
      )}
    </Group>
  );
}
