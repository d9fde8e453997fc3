import { Text } from '@mantine/core';
import type { UpdateOfDevice } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';

/** An update of a device by its flow and deployment, which leads to where the deployment shows it. */
export function NamedUpdate({ project, update }: { project: string; update: UpdateOfDevice }) {
  const { deployment_id: deployment, flow, device } = update;
  return (
    <TextLink
      to="/p/$project/deployments/$deployment"
      params={{ project, deployment }}
      search={{ device: device.id }}
      style={{ overflowWrap: 'anywhere' }}
    >
      {flow.name} v{flow.version}{' '}
      <Text span size="sm" c="dimmed" className="mono">
        {deployment}
      </Text>
    </TextLink>
  );
}
