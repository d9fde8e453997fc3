import { Group, List, Text } from '@mantine/core';
import { IconCheck, IconHandStop } from '@tabler/icons-react';
import type { Gate, Why } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { MessageText } from '../../platform/ui/message-text.tsx';
import { Time } from '../../platform/ui/time.tsx';

const gateWords: Record<Gate['gate'], string> = {
  approval: 'Approval',
  schedule: 'Schedule',
  pause: 'Pause',
  trigger: 'Update trigger',
  earlier_update: 'Earlier update',
  connection: 'Connection',
  capability: 'What the agent can do',
  limits: 'Limits',
};

/** Why a device is not updating: the answer in short, and what its update has to pass, in the order in which it is asked. */
export function WhyPanel({ project, why }: { project: string; why: Why }) {
  return (
    <>
      <Text size="lg" fw={500} role="status" style={{ overflowWrap: 'anywhere' }}>
        <MessageText message={why.message} />
      </Text>
      {why.gates.length > 0 && (
        <List type="ordered" listStyleType="none" mt="sm" spacing={6} aria-label="What the update has to pass">
          {why.gates.map((gate) => (
            <GateLine key={gate.gate} project={project} device={why.device.id} gate={gate} />
          ))}
        </List>
      )}
    </>
  );
}

function GateLine({ project, device, gate: shown }: { project: string; device: string; gate: Gate }) {
  const { gate, holds, message, deployment_id: deployment, since, tried_next_at: triedNextAt } = shown;
  const Shape = holds ? IconHandStop : IconCheck;
  return (
    <List.Item styles={{ itemWrapper: { width: '100%' }, itemLabel: { width: '100%' } }}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Shape
          size={18}
          color={holds ? 'var(--status-aborted)' : 'var(--status-success)'}
          role="img"
          aria-label={holds ? 'Holds the update back:' : 'Passes:'}
          style={{ flex: 'none', marginTop: 1 }}
        />
        <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
          <Text span size="sm" fw={holds ? 600 : 500}>
            {gateWords[gate]}
          </Text>{' '}
          <Text span size="sm" {...(!holds && { c: 'dimmed' })}>
            <MessageText message={message} />
          </Text>
          {deployment !== null && (
            <>
              {'. '}
              <TextLink
                to="/p/$project/deployments/$deployment"
                params={{ project, deployment }}
                search={{ device }}
                underline="always"
              >
                Look at that update
              </TextLink>
            </>
          )}
          {(since !== null || triedNextAt !== null) && (
            <Text size="xs" c="dimmed">
              {since !== null && (
                <>
                  Since <Time at={since} as="ago" />.{' '}
                </>
              )}
              {triedNextAt !== null && (
                <>
                  Tried next <Time at={triedNextAt} as="ago" />.
                </>
              )}
            </Text>
          )}
        </div>
      </Group>
    </List.Item>
  );
}
