import { Button, Paper, Text } from '@mantine/core';
import type { SelectionPreview } from '@tideway/protocol';
import { useEffect, useRef } from 'react';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import type { Column } from '../../platform/ui/table-row.tsx';
import { VirtualTable } from '../../platform/ui/virtual-table.tsx';
import { useMay } from '../session/session.queries.ts';
import { BulkBar } from './bulk-bar.tsx';
import type { DevicesAsked } from './device.queries.ts';
import { useDeviceList } from './device-list.ts';
import classes from './devices-table.module.css';
import type { ListedDevice } from './listed-device.ts';
import { usePicked } from './use-picked.ts';

type DevicesTableProps = {
  project: string;
  asked: DevicesAsked;
  columns: Column<ListedDevice>[];
  count: SelectionPreview | undefined;
  isNarrowed: boolean;
  onShowAll: () => void;
};

/** The devices that were asked for; who may change them picks some, or all. */
export function DevicesTable({ project, asked, columns, count, isNarrowed, onShowAll }: DevicesTableProps) {
  const mayChange = useMay('operator');
  const { list, onSight } = useDeviceList(project, asked);
  const { selection, picked, isChecking, clear, pickAll } = usePicked(project, list.items, asked);
  const fleet = useRef<HTMLDivElement>(null);
  const total = count?.listed;
  // Only a filter is something that a change of many devices and an order take.
  const isOneFilter = asked.search === undefined && asked.attention === undefined;
  const isMore = total !== undefined && total > selection.ids.size;
  const hasBar = picked !== null;
  useEffect(() => {
    // The row that was picked may be where the bar is now; by fast keys the focus may not have come to it yet.
    const row = hasBar ? document.activeElement?.closest('[data-index][aria-selected="true"]') : null;
    row?.scrollIntoView({ block: 'nearest' });
  }, [hasBar]);

  function pickNone() {
    // The button goes: by keyboard one is where the picks were.
    const grid = fleet.current?.querySelector<HTMLElement>('[role=grid]');
    (grid?.querySelector<HTMLElement>('[data-index][tabindex="0"]') ?? grid)?.focus({ preventScroll: true });
    clear();
  }

  return (
    <>
      {total !== undefined && total > 0 && (
        <Text size="sm" c="dimmed" mb={4} className="numbers" role="status" aria-label="Devices found">
          {countText(total, 'device')}
        </Text>
      )}
      <div ref={fleet} className={classes.fleet}>
        <VirtualTable
          label="Devices"
          columns={columns}
          list={list}
          rowId={idOf}
          rowName={nameOf}
          total={total}
          hasPlainCells
          selection={mayChange ? selection : undefined}
          onSight={onSight}
          height="none"
          empty={isNarrowed ? <NoneFound onShowAll={onShowAll} /> : <NoneYet project={project} />}
        />
        {isChecking && (
          <Paper withBorder p="xs" mt="sm">
            <Text size="sm" role="status">
              Looking which of the picked devices are shown…
            </Text>
          </Paper>
        )}
        {mayChange && picked !== null && (
          <BulkBar
            project={project}
            selection={picked}
            count={'device_ids' in picked ? picked.device_ids.length : (total ?? list.items.length)}
            all={isOneFilter && isMore && 'device_ids' in picked ? { count: total, pick: pickAll } : null}
            areAwaiting={asked.attention === 'needs_approval'}
            onPickNone={pickNone}
            onClear={clear}
          />
        )}
      </div>
    </>
  );
}

function idOf({ id }: ListedDevice): string {
  return id;
}

function nameOf({ name }: ListedDevice): string {
  return name;
}

function NoneFound({ onShowAll }: { onShowAll: () => void }) {
  return (
    <EmptyNote
      title="No device is like that"
      action={
        <Button variant="default" onClick={onShowAll}>
          Show all devices
        </Button>
      }
    >
      The search and the filter together match none at this moment.
    </EmptyNote>
  );
}

function NoneYet({ project }: { project: string }) {
  const mayRegister = useMay('admin');
  return (
    <EmptyNote
      title="There is no device yet"
      action={
        mayRegister && (
          <ButtonLink to="/p/$project/register-device" params={{ project }}>
            Register device
          </ButtonLink>
        )
      }
    >
      A device is a machine with the agent on it. It joins with one line that is pasted there.
      {!mayRegister && ' An admin can make that line.'}
    </EmptyNote>
  );
}
