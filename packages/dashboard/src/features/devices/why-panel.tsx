import { Group, List, Text } from '@mantine/core';
import { IconCheck, IconHandStop } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Gate, Why } from '@tideway/protocol';
import type { ReactNode } from 'react';
import { TextLink } from '../../platform/ui/links.tsx';
import { MessageText } from '../../platform/ui/message-text.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { useMay } from '../session/session.queries.ts';
import { deviceQuery } from './device.queries.ts';
import { ApproveButton } from './device-actions.tsx';
import { AllowUpdatesButton } from './update-trigger.tsx';

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

type WhyPanelProps = {
  project: string;
  why: Why;
  /** What leads to the deployment's going on, where it is paused. */
  resume: ReactNode;
};

/** Why a device is not updating: the answer in short, and what its update has to pass, in the order in which it is asked. */
export function WhyPanel({ project, why, resume }: WhyPanelProps) {
  return (
    <>
      <Text size="lg" fw={500} role="status" style={{ overflowWrap: 'anywhere' }}>
        <MessageText message={why.message} />
      </Text>
      {why.gates.length > 0 && (
        <List type="ordered" listStyleType="none" mt="sm" spacing={6} aria-label="What the update has to pass">
          {why.gates.map((gate) => (
            <GateLine key={gate.gate} project={project} device={why.device.id} gate={gate}>
              {gate.holds && gate.gate === 'pause' && resume}
              {gate.holds && (gate.gate === 'approval' || gate.gate === 'trigger') && (
                <DeviceCure project={project} id={why.device.id} gate={gate.gate} />
              )}
            </GateLine>
          ))}
        </List>
      )}
    </>
  );
}

type DeviceCureProps = { project: string; id: string; gate: 'approval' | 'trigger' };

/** What ends that the device itself holds its updates back; nothing where that is done on the device alone. */
function DeviceCure({ project, id, gate }: DeviceCureProps) {
  const { data: device } = useQuery(deviceQuery(project, id));
  const mayOperate = useMay('operator');
  const mayAdminister = useMay('admin');
  if (device === undefined) return null;
  if (gate === 'trigger') {
    return mayOperate && device.update_trigger === 'on' && <AllowUpdatesButton project={project} device={device} />;
  }
  const isWaiting = device.needs_approval || device.held;
  return mayAdminister && isWaiting && <ApproveButton project={project} device={device} size="compact-sm" mt={4} />;
}

type GateLineProps = { project: string; device: string; gate: Gate; children: ReactNode };

function GateLine({ project, device, gate: shown, children }: GateLineProps) {
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
          {children}
        </div>
      </Group>
    </List.Item>
  );
}
