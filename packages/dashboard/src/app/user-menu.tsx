import { ActionIcon, Menu, Text, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import { signOut, useSession } from '../features/session/session.queries.ts';
import { MenuLink } from '../platform/ui/links.tsx';
import { tellRefused } from '../platform/ui/tell.ts';

const schemes = [
  { scheme: 'light', title: 'Light', Icon: IconSun },
  { scheme: 'dark', title: 'Dark', Icon: IconMoon },
  { scheme: 'auto', title: 'As the system', Icon: IconDeviceDesktop },
] as const;

/** Who is signed in, light or dark, and the way out. */
export function UserMenu() {
  const { user } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Account of ${user.email}`}>
          <IconUser size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm">{user.email}</Text>
          <Text size="xs">{user.role}</Text>
        </Menu.Label>
        <MenuLink to="/account" leftSection={<IconUser size={14} />}>
          Your account
        </MenuLink>
        <Menu.Divider />
        {schemes.map(({ scheme, title, Icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={14} />}
            rightSection={scheme === colorScheme && <IconCheck size={14} role="img" aria-label="the current one" />}
            onClick={() => setColorScheme(scheme)}
          >
            {title}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={14} />} onClick={() => signOut().catch(tellRefused)}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
