import { ActionIcon, Button, Group, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { Refused } from '../../platform/api/refused.ts';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { AddDevice } from './add-device.tsx';
import classes from './new-deployment.module.css';
import { pickedDevicesQuery } from './order.queries.ts';

/** So many of them are shown by name. */
const shownDevices = 500;

type PickedDevicesProps = {
  project: string;
  /** Empty: none is picked yet. */
  ids: string[];
  onChange: (ids: string[]) => void;
  /** Whether something is typed that names no device yet. */
  onTyping: (isTyping: boolean) => void;
  /** After all were left out for a filter. */
  onFilter: () => void;
};

/** The devices that are picked one by one, each of which can be left out again. */
export function PickedDevices({ project, ids, onChange, onTyping, onFilter }: PickedDevicesProps) {
  const frame = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const devices = useQuery({
    ...pickedDevicesQuery(project, ids),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
  });
  const names = new Map((devices.data ?? []).map(({ id, name }) => [id, name]));
  const others = ids.length - shownDevices;

  function focusField() {
    requestAnimationFrame(() => frame.current?.querySelector('input')?.focus());
  }

  /** Where the eye is goes on to the device that has moved up. */
  function leaveOut(id: string) {
    const place = ids.indexOf(id);
    onChange(ids.filter((other) => other !== id));
    if (ids.length === 1) return focusField();
    requestAnimationFrame(() => {
      const buttons = list.current?.querySelectorAll('button');
      buttons?.[Math.min(place, buttons.length - 1)]?.focus();
    });
  }

  return (
    <Stack gap="xs" ref={frame}>
      <AddDevice project={project} ids={ids} onAdd={(id) => onChange([...ids, id])} onTyping={onTyping} />
      {ids.length > 0 && (
        <Group justify="space-between" gap="xs">
          <Text fw={600}>{countText(ids.length, 'picked device')}</Text>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              onChange([]);
              onFilter();
            }}
          >
            Choose by a filter instead
          </Button>
        </Group>
      )}
      {ids.length > 0 && devices.error && <NotThere error={devices.error} ids={ids} onLeaveOut={leaveOut} />}
      {ids.length > 0 && (
        <ul ref={list} className={classes.picked} aria-label="Picked devices">
          {ids.slice(0, shownDevices).map((id) => (
            <li key={id} className={classes.pickedDevice} title={id}>
              <Text size="sm">{names.get(id) ?? id}</Text>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                onClick={() => leaveOut(id)}
                aria-label={`Leave out ${names.get(id) ?? id}`}
              >
                <IconX size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      {others > 0 && <Text size="sm">and {countText(others, 'other')}</Text>}
    </Stack>
  );
}

type NotThereProps = { error: unknown; ids: string[]; onLeaveOut: (id: string) => void };

/** A device may have been deleted since it was picked. */
function NotThere({ error, ids, onLeaveOut }: NotThereProps) {
  const place = error instanceof Refused ? /^device_ids\[(\d+)\]$/.exec(error.field ?? '')?.[1] : undefined;
  const id = place === undefined ? undefined : ids[Number(place)];
  return (
    <>
      <ErrorNote error={error} />
      {id !== undefined && (
        <Button size="xs" variant="default" onClick={() => onLeaveOut(id)} style={{ alignSelf: 'flex-start' }}>
          Leave it out
        </Button>
      )}
    </>
  );
}
