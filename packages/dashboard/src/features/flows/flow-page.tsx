import { Alert, Badge, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { UpdateFlowVersion } from '@tideway/protocol';
import { CopyLine } from '../../platform/ui/copy-line.tsx';
import { ButtonLink, TextLink } from '../../platform/ui/links.tsx';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { flowQuery, flowVersionsQuery } from './flow.queries.ts';
import { FlowActions } from './flow-actions.tsx';
import { FlowInputs } from './flow-inputs.tsx';
import { FlowSteps } from './flow-steps.tsx';
import { FlowVersions } from './flow-versions.tsx';
import { NoFlow } from './no-flow.tsx';
import { YamlView } from './yaml-view.tsx';

/** One version of a flow: the newest one, or the one in the address. */
export function FlowPage() {
  const project = useProjectKey();
  const { flow: id } = useParams({ from: '/signed-in/p/$project/flows/$flow' });
  const { version, compare } = useSearch({ from: '/signed-in/p/$project/flows/$flow' });
  const shown = useQuery(flowQuery(project, id, version ?? null));
  if (shown.isPending) return <LoadingNote what="Loading the update flow" />;
  if (shown.data === undefined) return <NoFlow project={project} error={shown.error} onRetry={shown.refetch} />;
  return <ShownFlow project={project} flow={shown.data} compare={compare ?? null} />;
}

type ShownFlowProps = { project: string; flow: UpdateFlowVersion; compare: number | null };

function ShownFlow({ project, flow, compare }: ShownFlowProps) {
  const navigate = useNavigate();
  const versions = useQuery(flowVersionsQuery(project, flow.id));
  const newest = versions.data?.[0]?.version ?? flow.version;
  const isNewest = newest === flow.version;
  return (
    <Page
      title={flow.name}
      actions={
        <FlowActions
          project={project}
          flow={flow}
          version={isNewest ? undefined : flow.version}
          onDeleted={() => navigate({ to: '/p/$project/flows', params: { project } })}
        />
      }
    >
      <Stack>
        <Group gap="md">
          <TextLink to="/p/$project/flows" params={{ project }}>
            All update flows
          </TextLink>
          <CopyLine text={flow.id} label="id" />
          <Badge variant="light" tt="none" className="numbers">
            Version {flow.version}
            {isNewest ? ', the newest' : ` of ${newest}`}
          </Badge>
        </Group>
        {flow.description !== null && <Text style={{ overflowWrap: 'anywhere' }}>{flow.description}</Text>}
        {!isNewest && <OlderNote project={project} flow={flow} newest={newest} />}
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Section title="Steps">
            <FlowSteps flow={flow} />
          </Section>
          <Stack>
            <Section title="Parameters">
              <FlowInputs inputs={flow.inputs} />
            </Section>
            <Section title="Versions">
              {versions.error && <ErrorNote error={versions.error} onRetry={versions.refetch} />}
              {versions.isPending && <LoadingNote what="Loading the versions" />}
              {versions.data && (
                <FlowVersions
                  project={project}
                  flow={flow.id}
                  versions={versions.data}
                  shown={flow.version}
                  compare={compare}
                />
              )}
            </Section>
          </Stack>
        </SimpleGrid>
        {compare === null ? (
          <Section title="Text">
            <YamlView text={flow.source} label={`Text of version ${flow.version}`} />
          </Section>
        ) : (
          <Difference project={project} flow={flow} compare={compare} />
        )}
      </Stack>
    </Page>
  );
}

function OlderNote({ project, flow, newest }: { project: string; flow: UpdateFlowVersion; newest: number }) {
  const mayEdit = useMay('admin');
  const params = { project, flow: flow.id };
  return (
    <Alert variant="light" color="gray" title={`This is an older version: the newest is ${newest}`}>
      <Group gap="xs">
        <ButtonLink to="/p/$project/flows/$flow" params={params} search={{}} size="xs" variant="default">
          Show the newest
        </ButtonLink>
        <ButtonLink
          to="/p/$project/flows/$flow"
          params={params}
          search={{ version: newest, compare: flow.version }}
          size="xs"
          variant="default"
        >
          What has changed since
        </ButtonLink>
        {mayEdit && (
          <ButtonLink
            to="/p/$project/flows/$flow/edit"
            params={params}
            search={{ version: flow.version }}
            size="xs"
            variant="default"
          >
            Make this the newest again
          </ButtonLink>
        )}
      </Group>
    </Alert>
  );
}

function Difference({ project, flow, compare }: { project: string; flow: UpdateFlowVersion; compare: number }) {
  const other = useQuery(flowQuery(project, flow.id, compare));
  return (
    <Section
      title={`From version ${compare} to version ${flow.version}`}
      actions={
        <TextLink to="/p/$project/flows/$flow" params={{ project, flow: flow.id }} search={{ version: flow.version }}>
          Show the text alone
        </TextLink>
      }
    >
      {other.isPending && <LoadingNote what="Loading the other version" />}
      {other.error && <ErrorNote error={other.error} onRetry={other.refetch} />}
      {other.data && (
        <>
          {other.data.source === flow.source && <Text size="sm">The texts of the two versions are the same.</Text>}
          <YamlView
            text={flow.source}
            before={other.data.source}
            label={`What version ${flow.version} changes in version ${compare}`}
          />
        </>
      )}
    </Section>
  );
}
