import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ArtifactUses } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { stateWords } from '../../platform/ui/status.ts';
import { Time } from '../../platform/ui/time.tsx';
import { artifactUsesQuery } from './artifact.queries.ts';

/** Which flows name an artifact, and which deployments were given it. */
export function UsesOfArtifact({ project, path }: { project: string; path: string }) {
  const uses = useQuery(artifactUsesQuery(project, path));
  if (uses.data === undefined) {
    return uses.error ? (
      <ErrorNote error={uses.error} onRetry={uses.refetch} />
    ) : (
      <LoadingNote what="Loading its uses" />
    );
  }
  const { flows, deployments } = uses.data;
  if (flows.length === 0 && deployments.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No flow names it, and no deployment was given it.
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600} component="h3">
        Where it is used
      </Text>
      <Stack component="ul" gap={4} p={0} m={0}>
        {flows.map((flow) => (
          <FlowUse key={flow.id} project={project} flow={flow} />
        ))}
        {deployments.map((deployment) => (
          <DeploymentUse key={deployment.id} project={project} deployment={deployment} />
        ))}
      </Stack>
    </Stack>
  );
}

function FlowUse({ project, flow }: { project: string; flow: ArtifactUses['flows'][number] }) {
  return (
    <Text size="sm" component="li" style={{ listStyle: 'none', overflowWrap: 'anywhere' }}>
      Flow{' '}
      <TextLink to="/p/$project/flows/$flow" params={{ project, flow: flow.id }} underline="always">
        {flow.name}
      </TextLink>
      {`, version ${flow.version}, as `}
      <code className="mono">{flow.names.join(', ')}</code>
    </Text>
  );
}

function DeploymentUse({ project, deployment }: { project: string; deployment: ArtifactUses['deployments'][number] }) {
  const { id, flow, state, created_at, open_updates } = deployment;
  return (
    <Text size="sm" component="li" style={{ listStyle: 'none', overflowWrap: 'anywhere' }}>
      Deployment{' '}
      <TextLink
        to="/p/$project/deployments/$deployment"
        params={{ project, deployment: id }}
        underline="always"
        className="mono"
      >
        {id}
      </TextLink>
      {` of ${flow.name}, ${stateWords[state].toLowerCase()}, created `}
      <Time at={created_at} />
      {open_updates > 0 && `, ${countText(open_updates, 'open update')}`}
    </Text>
  );
}
