import { Alert, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import type { UpdateFlowVersion } from '@tideway/protocol';
import { useState } from 'react';
import { TextLink } from '../../platform/ui/links.tsx';
import { EmptyNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { flowQuery } from './flow.queries.ts';
import { FlowEditor } from './flow-editor.tsx';
import { copyText, emptyFlow, ownText } from './new-flow.rules.ts';
import { NoFlow } from './no-flow.tsx';

/** A new flow, or a new version of one. */
export function FlowEditorPage() {
  const project = useProjectKey();
  const mayEdit = useMay('admin');
  const { flow } = useParams({ strict: false });
  const { like, version } = useSearch({ strict: false });
  if (!mayEdit) {
    return (
      <Page title="Edit update flow">
        <EmptyNote title="Only admins change update flows">
          You can look at them and at their versions, and an admin can give you the role.
        </EmptyNote>
      </Page>
    );
  }
  if (flow !== undefined)
    return <EditedFlow key={`${flow} ${version}`} project={project} id={flow} version={version ?? null} />;
  if (like !== undefined) return <CopiedFlow key={like} project={project} id={like} />;
  return <FlowEditor project={project} id={null} title="New update flow" text={emptyFlow} saved={null} />;
}

function CopiedFlow({ project, id }: { project: string; id: string }) {
  // Read once: what others save meanwhile must not change the text under the cursor, nor a lost connection take it away.
  const flow = useQuery({ ...flowQuery(project, id, null), refetchOnMount: 'always', refetchOnWindowFocus: false });
  const [first, setFirst] = useState<UpdateFlowVersion | null>(null);
  if (first === null && flow.data && flow.isFetchedAfterMount) setFirst(flow.data);
  if (first === null) {
    if (flow.error) return <NoFlow project={project} error={flow.error} onRetry={flow.refetch} />;
    return <LoadingNote what="Loading the update flow" />;
  }
  const text = copyText(first.source, first.name);
  return (
    <FlowEditor project={project} id={null} title={`New update flow like ${first.name}`} text={text} saved={null} />
  );
}

type EditedFlowProps = { project: string; id: string; version: number | null };

function EditedFlow({ project, id, version }: EditedFlowProps) {
  const newest = useFreshFlow(project, id, null);
  const begun = useFreshFlow(project, id, version);
  const error = newest.error ?? begun.error;
  if (error && !begun.data) return <NoFlow project={project} error={error} onRetry={() => void newest.refetch()} />;
  if (!newest.data || !begun.data || !newest.isFetchedAfterMount) return <LoadingNote what="Loading the update flow" />;
  return <OpenedFlow project={project} id={id} begun={begun.data} newest={newest.data} />;
}

type OpenedFlowProps = { project: string; id: string; begun: UpdateFlowVersion; newest: UpdateFlowVersion };

function OpenedFlow({ project, id, begun, newest }: OpenedFlowProps) {
  // What others save meanwhile must not change the text under the cursor.
  const [first] = useState({ begun, newest });
  const text = ownText(first.begun.source, first.begun.name);
  const isOlder = first.begun.version !== first.newest.version;
  return (
    <Stack gap="sm">
      {newest.version > first.newest.version && (
        <Alert color="yellow" variant="light" title={`Version ${newest.version} was saved by somebody else`}>
          <Text size="sm">
            You began with version {first.begun.version}. Saving makes a version after theirs, without what they
            changed:{' '}
            <TextLink
              to="/p/$project/flows/$flow"
              params={{ project, flow: id }}
              search={{ version: newest.version, compare: first.newest.version }}
              underline="always"
              target="_blank"
            >
              see what that is
            </TextLink>
            .
          </Text>
        </Alert>
      )}
      {text !== first.begun.source && (
        <Text size="sm" c="dimmed">
          This flow was sent in a text with others. Here it stands alone; the others stay as they are.
        </Text>
      )}
      <FlowEditor
        project={project}
        id={id}
        title={isOlder ? `Edit ${first.begun.name} from version ${first.begun.version}` : `Edit ${first.begun.name}`}
        text={text}
        saved={first.newest.source}
      />
    </Stack>
  );
}

/** As it is now: the text of some minutes ago must not become the newest one again. */
function useFreshFlow(project: string, id: string, version: number | null) {
  return useQuery({ ...flowQuery(project, id, version), refetchOnMount: 'always', refetchInterval: 15_000 });
}
