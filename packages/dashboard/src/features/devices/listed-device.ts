import type { Device } from '@tideway/protocol';

/** What a list shows of a device. */
export type ListedDevice = Omit<
  Device,
  'device_uuid' | 'description' | 'attributes' | 'metrics' | 'configuration' | 'created_at'
>;

/** A list of 100,000 devices holds no attributes and configurations in memory, and what many have in common once. */
export function listedDevice(device: Device): ListedDevice {
  const { id, name, group, state, last_contact_at, update_trigger, needs_approval, held, joined_at } = device;
  const [tags, apps, drift, blocked, agent] = [
    shared(device.tags),
    shared(device.apps),
    shared(device.drift),
    shared(device.blocked),
    shared(device.agent),
  ];
  return {
    ...{ id, name, group, tags, apps, drift, state, last_contact_at },
    ...{ update_trigger, blocked, needs_approval, held, agent, joined_at },
  };
}

const known = new Map<string, unknown>();

/** The same object for equal values. */
function shared<Value>(value: Value): Value {
  const text = JSON.stringify(value);
  const found = known.get(text);
  if (found !== undefined) return found as Value;
  if (known.size >= 10_000) known.clear();
  known.set(text, value);
  return value;
}
