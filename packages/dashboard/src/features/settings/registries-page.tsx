import { Group } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { Registry } from '@tideway/protocol';
import { path, remove } from '../../platform/api/call.ts';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { type PlainColumn, PlainTable } from '../../platform/ui/plain-table.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { NeedsRole } from '../session/needs-role.tsx';
import { RegistryForm } from './registry-form.tsx';
import { useRegistries } from './settings.queries.ts';

const columns: PlainColumn<Registry>[] = [
  { title: 'Name', cell: ({ name }) => name },
  { title: 'Address', cell: ({ url }) => url },
  { title: 'Username', cell: ({ username }) => username ?? 'none', isSecondary: true },
  { title: 'Password', cell: ({ has_password }) => (has_password ? 'kept' : 'none'), isSecondary: true },
  { title: 'Changed', cell: ({ changed_at }) => <Time at={changed_at} />, isSecondary: true },
];

export function RegistriesPage() {
  return (
    <NeedsRole needed="admin" title="Registries">
      <Registries />
    </NeedsRole>
  );
}

/** Sources outside of Tideway that flows name, with their credentials. */
function Registries() {
  const project = useProjectKey();
  const registries = useRegistries(project);
  return (
    <Page title="Registries" actions={<CreateRegistry project={project} />}>
      <PlainTable
        label="Registries"
        columns={columns}
        list={registries}
        rowId={({ id }) => id}
        actions={(registry) => (
          <Group gap={4} wrap="nowrap" justify="flex-end">
            <DialogButton verb="Change" title={`Change the registry ${registry.name}`} size="compact-sm">
              {(close) => <RegistryForm project={project} registry={registry} onDone={close} />}
            </DialogButton>
            <DeleteRegistry project={project} registry={registry} />
          </Group>
        )}
        empty={
          <EmptyNote title="There is no registry">
            A registry is a source outside of Tideway that flows name: a container registry, a git host, an HTTP server
            with artifacts. Devices get its credentials for an update, and nobody sees them again.
          </EmptyNote>
        }
      />
    </Page>
  );
}

function CreateRegistry({ project }: { project: string }) {
  return (
    <DialogButton verb="Create registry" title="Create a registry" variant="filled">
      {(close) => <RegistryForm project={project} registry={null} onDone={close} />}
    </DialogButton>
  );
}

function DeleteRegistry({ project, registry: { id, name } }: { project: string; registry: Registry }) {
  const queries = useQueryClient();
  return (
    <ConfirmButton
      verb="Delete"
      title={`Delete the registry ${name}?`}
      size="compact-sm"
      onConfirm={async () => {
        await remove(path`/${project}/registries/${id}`);
        await queries.invalidateQueries({ queryKey: [project, 'registries'] });
      }}
    >
      Its address and credentials are forgotten. Deployments of flows that name it are refused from then on. It stays as
      long as open updates need it.
    </ConfirmButton>
  );
}
