import { ActionIcon, Button, Group, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { Refused } from '../../platform/api/refused.ts';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import classes from './new-deployment.module.css';
import { pickedDevicesQuery } from './order.queries.ts';

/** So many of them are shown by name. */
const shownDevices = 500;

type PickedDevicesProps = { project: string; ids: string[]; onChange: (ids: string[]) => void };

/** The devices that were picked one by one, each of which can be left out again. */
export function PickedDevices({ project, ids, onChange }: PickedDevicesProps) {
  const list = useRef<HTMLUListElement>(null);
  const devices = useQuery({ ...pickedDevicesQuery(project, ids), placeholderData: keepPreviousData });
  const names = new Map((devices.data ?? []).map(({ id, name }) => [id, name]));
  const others = ids.length - shownDevices;

  /** Where the eye is goes on to the device that has moved up. */
  function leaveOut(id: string) {
    const place = ids.indexOf(id);
    onChange(ids.filter((other) => other !== id));
    requestAnimationFrame(() => {
      const buttons = list.current?.querySelectorAll('button');
      buttons?.[Math.min(place, buttons.length - 1)]?.focus();
    });
  }

  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="xs">
        <Text fw={600}>{countText(ids.length, 'picked device')}</Text>
        <Button size="xs" variant="default" onClick={() => onChange([])}>
          Choose by a filter instead
        </Button>
      </Group>
      {devices.error && <NotThere error={devices.error} ids={ids} onLeaveOut={leaveOut} />}
      <ul ref={list} className={classes.picked} aria-label="Picked devices">
        {ids.slice(0, shownDevices).map((id) => (
          <li key={id} className={classes.pickedDevice}>
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
