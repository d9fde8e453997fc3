import { Group, List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Failures } from '@tideway/protocol';
import { memo } from 'react';
import { TextLink } from '../../platform/ui/links.tsx';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';
import { failuresQuery } from './deployment.queries.ts';
import { namesStep, reasonText } from './update-words.rules.ts';

type FailuresAlike = Failures['items'][number];

/** Where the failures of a deployment come from: those that failed alike together, the most first. */
export const FailuresSection = memo(function FailuresSection({ project, id }: { project: string; id: string }) {
  const { data, error, isPending, refetch } = useQuery(failuresQuery(project, id));
  return (
    <Section title="Failures">
      {isPending && <LoadingNote what="Loading the failures" />}
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <List listStyleType="none" spacing="sm" mah={360} style={{ overflowY: 'auto' }} aria-label="Failures">
          {data.items.map((group) => (
            <FailureGroup
              key={JSON.stringify([group.step, group.reason, group.message])}
              project={project}
              id={id}
              group={group}
            />
          ))}
        </List>
      )}
    </Section>
  );
});

function FailureGroup({ project, id, group }: { project: string; id: string; group: FailuresAlike }) {
  const { step, reason, message, devices, sample } = group;
  const to = { to: '/p/$project/deployments/$deployment', params: { project, deployment: id } } as const;
  const alike = {
    status: 'failed',
    reason,
    ...(step !== null && { failed_step: step }),
    ...(message !== null && { message }),
  } as const;
  const isNamed = message !== null && step !== null && namesStep(message, step);
  return (
    <List.Item styles={{ itemWrapper: { width: '100%' }, itemLabel: { width: '100%' } }}>
      <Group gap="xs" align="baseline">
        <TextLink {...to} search={alike} resetScroll={false} fw={600} className="numbers">
          {countText(devices, 'device')}
        </TextLink>
        {!isNamed && (
          <Text size="sm" fw={500}>
            {step ?? 'No step'}
          </Text>
        )}
        <Text size="sm" style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
          {message ?? reasonText(reason)}
        </Text>
      </Group>
      <Group gap="xs" mt={2}>
        {sample.map((device) => (
          <TextLink key={device.id} {...to} search={{ ...alike, device: device.id }} resetScroll={false} size="xs">
            {device.name}
          </TextLink>
        ))}
        {devices > sample.length && (
          <Text size="xs" c="dimmed">
            and {countText(devices - sample.length, 'other')}
          </Text>
        )}
      </Group>
    </List.Item>
  );
}
