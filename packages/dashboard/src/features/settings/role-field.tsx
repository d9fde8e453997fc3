import { NativeSelect, type NativeSelectProps } from '@mantine/core';
import { type Role, roleCovers, roles } from '@tideway/protocol';

const roleNotes: Record<Role, string> = {
  viewer: 'sees everything, changes nothing',
  operator: 'also deploys, aborts and tags devices',
  admin: 'also makes flows, artifacts, pairing tokens and projects',
  owner: 'also says who may do what',
};

/** A choice among the roles up to `most`. */
export function RoleField({ most = 'owner', ...field }: NativeSelectProps & { most?: Role }) {
  const data = roles
    .filter((role) => roleCovers(most, role))
    .map((role) => ({ value: role, label: `${role}: ${roleNotes[role]}` }));
  return <NativeSelect label="Role" data={data} {...field} />;
}
