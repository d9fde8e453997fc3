import { Button, FileButton, Stack, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import { LeaveGuard } from '../../platform/ui/leave-guard.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { ArtifactDetails } from './artifact-details.tsx';
import { ArtifactList } from './artifact-list.tsx';
import { FolderPath } from './folder-path.tsx';
import { UploadList } from './upload-list.tsx';
import { useFileDrop } from './use-file-drop.ts';
import { useUploads } from './use-uploads.ts';

/** The files that flows put on devices, folder by folder. */
export function ArtifactsPage() {
  const project = useProjectKey();
  // Files that were chosen for one project are not for the next.
  return <Artifacts key={project} project={project} />;
}

function Artifacts({ project }: { project: string }) {
  const { prefix = '', artifact } = useSearch({ from: '/signed-in/p/$project/artifacts' });
  const mayUpload = useMay('admin');
  const uploads = useUploads(project);
  // A browser says nothing of the same file chosen a second time, unless it is made to forget the first.
  const forgetChoice = useRef<() => void>(null);
  const choose = (files: File[]) => {
    uploads.add(files, prefix);
    forgetChoice.current?.();
  };
  const isOver = useFileDrop(mayUpload, (files) => uploads.add(files, prefix));
  return (
    <Page
      title="Artifacts"
      actions={
        mayUpload && (
          <FileButton multiple resetRef={forgetChoice} onChange={choose}>
            {(props) => <Button {...props}>Upload files</Button>}
          </FileButton>
        )
      }
    >
      <Stack gap="sm">
        {mayUpload && (
          <Text
            size="sm"
            p="xs"
            c="dimmed"
            style={{
              border: `1px dashed ${isOver ? 'var(--mantine-primary-color-filled)' : 'var(--line)'}`,
              borderRadius: 4,
            }}
          >
            {isOver ? 'Let go to add these files' : 'Files can also be dropped anywhere on this page.'}
          </Text>
        )}
        {uploads.list.length > 0 && <UploadList project={project} uploads={uploads} />}
        {artifact !== undefined && <ArtifactDetails key={artifact} project={project} path={artifact} prefix={prefix} />}
        <FolderPath project={project} prefix={prefix} />
        <ArtifactList project={project} prefix={prefix} mayUpload={mayUpload} />
      </Stack>
      <LeaveGuard isNeeded={() => uploads.isBusy} title="Leave while files are uploaded?">
        The upload that is on its way is broken off, and those that wait are not begun. What is uploaded already stays.
      </LeaveGuard>
    </Page>
  );
}
