import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { MessageText } from '../../platform/ui/message-text.tsx';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { WhyPanel } from '../devices/why-panel.tsx';
import { useMay } from '../session/session.queries.ts';
import { deploymentQuery, updateWhyQuery } from './deployment.queries.ts';
import { ResumeButton } from './deployment-actions.tsx';

/** Says of an update in progress that its device is away: nothing comes of it until the device is back. */
export function DeviceAway({ project, deployment, device }: { project: string; deployment: string; device: string }) {
  const { data } = useQuery(updateWhyQuery(project, deployment, device));
  const away =
    data?.update?.status === 'in_progress' && data.gates.find(({ gate, holds }) => gate === 'connection' && holds);
  if (!away) return null;
  return (
    <Alert color="yellow" variant="light" role="status">
      <Text size="sm" c="var(--mantine-color-text)">
        <MessageText message={`${away.message}.`} /> It goes on once it is back.
      </Text>
    </Alert>
  );
}

/** Why a pending update has not begun. */
export function UpdateWhy({ project, deployment, device }: { project: string; deployment: string; device: string }) {
  const { data, error, isPending, refetch } = useQuery(updateWhyQuery(project, deployment, device));
  return (
    <Section title="Why is it not updating?">
      {isPending && <LoadingNote what="Loading the answer" />}
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <WhyPanel project={project} why={data} resume={<Resume project={project} deployment={deployment} />} />
      )}
    </Section>
  );
}

function Resume({ project, deployment: id }: { project: string; deployment: string }) {
  const { data: deployment } = useQuery(deploymentQuery(project, id));
  const mayOperate = useMay('operator');
  if (!mayOperate || deployment === undefined || deployment.paused_at === null) return null;
  return <ResumeButton project={project} deployment={deployment} size="compact-sm" mt={4} />;
}
