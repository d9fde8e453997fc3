import type { Device, Filter, UpdateStatus } from '@tideway/protocol';

/** What a device is at this moment, of what filters ask. */
export type SelectedBy = Pick<Device, 'id' | 'group' | 'tags' | 'apps' | 'state'> & {
  /** Its status in the deployments that the filters name; none where it has no part. */
  partIn: ReadonlyMap<string, UpdateStatus>;
  lastStatus: UpdateStatus | null;
};

/** What a filter asks, and what the device has, in one sentence. */
export function describeFilter(filter: Filter, device: SelectedBy): string {
  const asked = filter.operand === 'is' ? 'is' : 'is not';
  switch (filter.type) {
    case 'specific_device':
      return `Asked: its id ${asked} ${filter.value}. It is ${device.id}`;
    case 'tag':
      return `Asked: it ${filter.operand === 'is' ? 'has' : 'has not'} the tag ${filter.value}. It has ${listed(device.tags)}`;
    case 'app': {
      const version = filter.app_version === undefined ? '' : ` ${filter.app_version}`;
      const carried = device.apps.find(({ name }) => name === filter.value);
      return `Asked: its app ${asked} ${filter.value}${version}. It has ${carried ? `${carried.name} ${carried.version}` : 'no such app'}`;
    }
    case 'device_state':
      return `Asked: it is ${filter.value}. It is ${device.state}`;
    case 'deployment': {
      const status = device.partIn.get(filter.deployment_id);
      const has = status === undefined ? 'It has no part there' : `It is ${status} there`;
      return `Asked: its status in ${filter.deployment_id} ${asked} ${filter.value}. ${has}`;
    }
    case 'update_status':
      return `Asked: its last update ${asked} ${filter.value}. ${device.lastStatus === null ? 'It has had none' : `It is ${device.lastStatus}`}`;
  }
}

/** Which groups are asked for, and which one the device is in. */
export function describeGroups(groups: string[], device: SelectedBy): string {
  return `Asked: it is in ${groups.join(' or ')}. It is in ${device.group}`;
}

function listed(names: string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
