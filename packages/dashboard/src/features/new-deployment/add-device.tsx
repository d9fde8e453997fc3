import { VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { DeviceSearch } from '../devices/device-search.tsx';

type AddDeviceProps = {
  project: string;
  /** Devices that are picked already. */
  ids: string[];
  onAdd: (id: string) => void;
  /** Whether something is typed that names no device yet. */
  onTyping: (isTyping: boolean) => void;
};

/** Picks one device after the other by name or id. */
export function AddDevice({ project, ids, onAdd, onTyping }: AddDeviceProps) {
  const [said, say] = useState('');
  return (
    <>
      <DeviceSearch
        project={project}
        label="Add device"
        value=""
        shown=""
        maw={420}
        onPick={({ id, name }) => {
          say(ids.includes(id) ? `${name} is picked already` : `${name} is picked`);
          if (!ids.includes(id)) onAdd(id);
        }}
        onTyping={onTyping}
        noteOf={(id) => (ids.includes(id) ? 'Picked' : null)}
      />
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </>
  );
}
