import { Group, Stack, Text } from '@mantine/core';
import type { DeploymentState, Overview } from '@tideway/protocol';
import { ButtonLink, TextLink } from '../../platform/ui/links.tsx';
import { EmptyNote, ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { numberText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';
import { statesWords } from '../../platform/ui/status.ts';
import { useMay } from '../session/session.queries.ts';
import { DeploymentLine } from './deployment-line.tsx';
import { useNewestDeployments } from './overview.queries.ts';

const shown = 5;
const openStates = ['running', 'paused', 'scheduled'] as const;

type RunningDeploymentsProps = { project: string; counts: Overview['deployments'] };

/** What is under way, waits for its time, or was paused, as it goes. */
export function RunningDeployments({ project, counts }: RunningDeploymentsProps) {
  const lists = {
    running: useNewestDeployments(project, 'running', shown),
    paused: useNewestDeployments(project, 'paused', shown),
    scheduled: useNewestDeployments(project, 'scheduled', shown),
  };
  const all = openStates.map((state) => lists[state]);
  const error = all.find((list) => list.error)?.error;
  const reload = () => {
    for (const list of all) list.reload();
  };
  const deployments = all.flatMap(({ items }) => items);
  return (
    <Section title="Deployments under way" actions={<Counts project={project} counts={counts} />}>
      {error ? (
        <ErrorNote error={error} onRetry={reload} />
      ) : all.some((list) => list.isLoading) ? (
        <LoadingNote what="Loading deployments" />
      ) : deployments.length === 0 ? (
        <Nothing project={project} />
      ) : (
        <Stack component="ul" gap="md" p={0} m={0}>
          {deployments.map((deployment) => (
            <DeploymentLine key={deployment.id} project={project} deployment={deployment} />
          ))}
        </Stack>
      )}
    </Section>
  );
}

/** How many there are of each, where more may be there than are shown. */
function Counts({ project, counts }: RunningDeploymentsProps) {
  return (
    <Group gap="sm">
      {openStates.map((state: DeploymentState & keyof Overview['deployments']) => (
        <TextLink
          key={state}
          to="/p/$project/deployments"
          params={{ project }}
          search={{ state }}
          className="numbers"
          {...(counts[state] === 0 && { c: 'dimmed' })}
        >
          {`${statesWords[state]} ${numberText(counts[state])}`}
        </TextLink>
      ))}
    </Group>
  );
}

function Nothing({ project }: { project: string }) {
  const mayDeploy = useMay('operator');
  if (!mayDeploy) return <Text size="sm">Nothing is under way.</Text>;
  return (
    <EmptyNote
      title="Nothing is under way"
      action={
        <ButtonLink to="/p/$project/deployments/new" params={{ project }} size="xs" variant="default">
          Deploy
        </ButtonLink>
      }
    />
  );
}
