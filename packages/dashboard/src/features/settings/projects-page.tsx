import { Group } from '@mantine/core';
import type { ProjectView } from '@tideway/protocol';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { TextLink } from '../../platform/ui/links.tsx';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { type PlainColumn, PlainTable } from '../../platform/ui/plain-table.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { NewProjectForm } from '../projects/start-page.tsx';
import { NeedsRole } from '../session/needs-role.tsx';
import { DeleteProject } from './delete-project.tsx';
import { ProjectForm } from './project-form.tsx';
import { useProjects } from './settings.queries.ts';

const columns: PlainColumn<ProjectView>[] = [
  {
    title: 'Name',
    cell: ({ key, name }) => (
      <TextLink to="/p/$project" params={{ project: key }}>
        {name}
      </TextLink>
    ),
  },
  { title: 'Key', cell: ({ key }) => <span className="mono">{key}</span> },
  { title: 'Created', cell: ({ created_at }) => <Time at={created_at} />, isSecondary: true },
];

export function ProjectsPage() {
  return (
    <NeedsRole needed="admin" title="Projects">
      <Projects />
    </NeedsRole>
  );
}

/** The fleets of the account. */
function Projects() {
  const projects = useProjects();
  return (
    <Page title="Projects" actions={<CreateProject />}>
      <PlainTable
        label="Projects"
        columns={columns}
        list={projects}
        rowId={({ key }) => key}
        actions={(project) => (
          <Group gap={4} wrap="nowrap" justify="flex-end">
            <DialogButton verb="Change" title={`Change the project ${project.name}`} size="compact-sm">
              {(close) => <ProjectForm project={project} onDone={close} />}
            </DialogButton>
            <DeleteProject project={project} />
          </Group>
        )}
        empty={
          <EmptyNote title="There is no project yet">
            A project is a fleet: its devices, the update flows that may run on them, and what was deployed.
          </EmptyNote>
        }
      />
    </Page>
  );
}

function CreateProject() {
  return (
    <DialogButton verb="Create project" title="Create a project" variant="filled">
      {(close) => <NewProjectForm onDone={close} onCancel={close} />}
    </DialogButton>
  );
}
