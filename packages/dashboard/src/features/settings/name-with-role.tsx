import { Text } from '@mantine/core';
import type { Role } from '@tideway/protocol';

/** Where there is little room, the role stands under the name. */
export function NameWithRole({ name, role }: { name: string; role: Role }) {
  return (
    <>
      {name}
      <Text size="xs" c="dimmed" hiddenFrom="sm">
        {role}
      </Text>
    </>
  );
}
