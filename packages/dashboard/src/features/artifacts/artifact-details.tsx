import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { Artifact } from '@tideway/protocol';
import type { ReactNode } from 'react';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { CopyLine } from '../../platform/ui/copy-line.tsx';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { EmptyNote, ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { bytesText, countText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';
import { tellDone } from '../../platform/ui/tell.ts';
import { Time } from '../../platform/ui/time.tsx';
import { useMay } from '../session/session.queries.ts';
import { artifactQuery, artifactUsesQuery, useDeleteArtifact } from './artifact.queries.ts';
import { artifactAddress } from './artifact.rules.ts';
import { UsesOfArtifact } from './uses-of-artifact.tsx';

type ArtifactDetailsProps = { project: string; path: string; prefix: string };

/** One artifact: what it is, where it is used, and what can be done with it. */
export function ArtifactDetails({ project, path, prefix }: ArtifactDetailsProps) {
  const artifact = useQuery(artifactQuery(project, path));
  return (
    <Section
      title={path}
      actions={
        <ButtonLink
          to="/p/$project/artifacts"
          params={{ project }}
          search={prefix === '' ? {} : { prefix }}
          size="xs"
          variant="default"
        >
          Close
        </ButtonLink>
      }
    >
      {artifact.data === undefined ? (
        artifact.error ? (
          <ErrorNote error={artifact.error} onRetry={artifact.refetch} />
        ) : (
          <LoadingNote what="Loading the artifact" />
        )
      ) : artifact.data === null ? (
        <EmptyNote title="There is no such artifact">It was deleted, or never there.</EmptyNote>
      ) : (
        <Details project={project} artifact={artifact.data} prefix={prefix} />
      )}
    </Section>
  );
}

function Details({ project, artifact, prefix }: { project: string; artifact: Artifact; prefix: string }) {
  const { path, sha256, size, created_at } = artifact;
  const mayDelete = useMay('admin');
  return (
    <Stack gap="sm">
      <Text size="sm">
        {bytesText(size)}, uploaded <Time at={created_at} />
      </Text>
      <Fact name="Path">
        <CopyLine text={path} label="the path" />
      </Fact>
      <Fact name="SHA-256">
        <CopyLine text={sha256} label="the SHA-256" />
      </Fact>
      <UsesOfArtifact project={project} path={path} />
      <Group gap="xs">
        <Button component="a" href={`/api/v2${artifactAddress(project, path)}`} download size="xs" variant="default">
          Download
        </Button>
        {mayDelete && <DeleteArtifact project={project} path={path} prefix={prefix} />}
      </Group>
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      {children}
    </div>
  );
}

function DeleteArtifact({ project, path, prefix }: { project: string; path: string; prefix: string }) {
  const deleteArtifact = useDeleteArtifact(project);
  const uses = useQuery(artifactUsesQuery(project, path)).data;
  const navigate = useNavigate();
  const open = uses?.deployments.reduce((sum, { open_updates }) => sum + open_updates, 0) ?? 0;
  return (
    <ConfirmButton
      verb="Delete"
      title={`Delete ${path}?`}
      size="xs"
      onConfirm={async () => {
        await deleteArtifact(path);
        tellDone(`${path} is deleted`);
        await navigate({
          to: '/p/$project/artifacts',
          params: { project },
          search: prefix === '' ? {} : { prefix },
        });
      }}
    >
      The file is gone then, and cannot be brought back. What devices have of it already stays there.
      {uses !== undefined &&
        uses.flows.length > 0 &&
        ` ${countText(uses.flows.length, 'flow')} may name it: their deployments would be refused.`}
      {open > 0 &&
        ` ${countText(open, 'open update')} still need it: as long as that is so, the server refuses to delete it.`}
    </ConfirmButton>
  );
}
