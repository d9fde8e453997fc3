import { Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { get, path } from '../../platform/api/call.ts';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { StatusMark } from '../../platform/ui/status-icon.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { openUpdatesQuery } from './device.queries.ts';
import { NamedUpdate } from './named-update.tsx';
import { OutputView } from './output-view.tsx';

/** The update that a device is at, with what it says meanwhile; nothing where it is at none. */
export function RunningUpdate({ project, id }: { project: string; id: string }) {
  const running = useQuery(openUpdatesQuery(project, id)).data?.inProgress[0];
  const deployment = running?.deployment_id ?? '';
  const output = useQuery({
    queryKey: [project, 'update', deployment, id, 'output'],
    queryFn: () => get<{ output: string }>(path`/${project}/deployments/${deployment}/updates/${id}/log`),
    enabled: running !== undefined,
    refetchInterval: 2_000,
  });
  if (running === undefined) return null;
  return (
    <Section title="Update in progress">
      <Stack gap="xs">
        <Group gap="md">
          <StatusMark status={running.status} />
          <NamedUpdate project={project} update={running} />
          <span>
            started <Time at={running.taken_up_at} as="ago" />
          </span>
        </Group>
        {output.error !== null && <ErrorNote error={output.error} onRetry={() => void output.refetch()} />}
        {output.data !== undefined && <OutputView output={output.data.output} label="Output of the update" isLive />}
      </Stack>
    </Section>
  );
}
