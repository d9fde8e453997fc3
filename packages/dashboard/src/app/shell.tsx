import { AppShell, Burger, Group, ScrollArea, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet, useParams, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useProjectToShow } from '../features/projects/project.queries.ts';
import { useMay } from '../features/session/session.queries.ts';
import { SignInAgain } from '../features/session/sign-in-again.tsx';
import { NavigationLink } from '../platform/ui/links.tsx';
import { LiveMark } from './live-mark.tsx';
import { ProjectMenu } from './project-menu.tsx';
import { UserMenu } from './user-menu.tsx';

/** What stands around every page: where one is, where one can go, and whether what is shown is live. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure();
  const { project: shown } = useParams({ strict: false });
  const known = useProjectToShow();
  const project = shown ?? known;
  const place = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: on a small screen the menu closes when one has gone there
  useEffect(close, [place]);

  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <UnstyledButton component="a" href="/" visibleFrom="xs">
              <Text fw={700}>Tideway</Text>
            </UnstyledButton>
            <ProjectMenu project={project} />
          </Group>
          <Group gap="xs" wrap="nowrap">
            {shown !== undefined && <LiveMark />}
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label="Pages">
        <ScrollArea h="100%" p="xs">
          {project !== null && <ProjectLinks project={project} />}
          <SettingsLinks />
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: 'none' }}>
        <Outlet />
      </AppShell.Main>
      <SignInAgain />
    </AppShell>
  );
}

function ProjectLinks({ project }: { project: string }) {
  const mayAdminister = useMay('admin');
  const params = { project };
  return (
    <>
      <NavigationLink to="/p/$project" params={params} label="Overview" activeOptions={{ exact: true }} />
      <Heading>Devices</Heading>
      <NavigationLink to="/p/$project/devices" params={params} label="Devices" />
      {mayAdminister && <NavigationLink to="/p/$project/register-device" params={params} label="Register device" />}
      <NavigationLink to="/p/$project/groups-and-tags" params={params} label="Groups and tags" />
      <Heading>Updates</Heading>
      <NavigationLink to="/p/$project/deployments" params={params} label="Deployments" />
      <NavigationLink to="/p/$project/flows" params={params} label="Update flows" />
      <NavigationLink to="/p/$project/artifacts" params={params} label="Artifacts" />
      <NavigationLink to="/p/$project/apps" params={params} label="Apps" />
      {mayAdminister && (
        <>
          <Heading>Project settings</Heading>
          <NavigationLink to="/p/$project/pairing-tokens" params={params} label="Pairing tokens" />
          <NavigationLink to="/p/$project/registries" params={params} label="Registries" />
        </>
      )}
    </>
  );
}

function SettingsLinks() {
  const mayAdminister = useMay('admin');
  return (
    <>
      <Heading>Settings</Heading>
      <NavigationLink to="/settings/access-tokens" label="Access tokens" />
      {mayAdminister && <NavigationLink to="/settings/users" label="Users" />}
      {mayAdminister && <NavigationLink to="/settings/projects" label="Projects" />}
      {mayAdminister && <NavigationLink to="/settings/audit-log" label="Audit log" />}
    </>
  );
}

function Heading({ children }: { children: string }) {
  return (
    <Text size="xs" c="dimmed" fw={600} mt="sm" mb={4} px="sm">
      {children}
    </Text>
  );
}
