import { Button, Menu } from '@mantine/core';
import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { projectsQuery, useProjectName } from '../features/projects/project.queries.ts';
import { MenuLink } from '../platform/ui/links.tsx';

/** Which project the pages are of, and the others. */
export function ProjectMenu({ project }: { project: string | null }) {
  const { data: projects = [], refetch } = useQuery(projectsQuery);
  const name = useProjectName(project ?? '');
  if (project === null && projects.length === 0) return null;
  return (
    <Menu position="bottom-start" onOpen={() => void refetch()}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          rightSection={<IconChevronDown size={14} />}
          style={{ minWidth: 0 }}
          aria-label={name ? `Project: ${name}` : undefined}
        >
          {name || 'Choose a project'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah="70vh" style={{ overflowY: 'auto' }}>
        <Menu.Label>Projects</Menu.Label>
        {projects.map(({ key, name }) => (
          <MenuLink
            key={key}
            to="/p/$project"
            params={{ project: key }}
            rightSection={key === project && <IconCheck size={14} role="img" aria-label="the current one" />}
          >
            {name}
          </MenuLink>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
