import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type Deployment, type Update, type UpdateStatus, updateStatuses } from '@tideway/protocol';
import { useMemo } from 'react';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { numberText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';
import { statusWords } from '../../platform/ui/status.ts';
import { useIsNarrow } from '../../platform/ui/use-is-narrow.ts';
import { VirtualTable } from '../../platform/ui/virtual-table.tsx';
import { SearchField } from '../devices/search-field.tsx';
import type { UpdatesAsked } from './deployment.queries.ts';
import { given } from './given.rules.ts';
import { narrowUpdateColumns, updateColumns } from './update-columns.tsx';
import { useUpdateList } from './update-list.ts';
import { reasonText } from './update-words.rules.ts';

const from = '/signed-in/p/$project/deployments/$deployment';

/** The devices of a deployment, each with where its update is. */
export function UpdatesSection({ project, deployment }: { project: string; deployment: Deployment }) {
  const { id, counts, devices } = deployment;
  const { status, search, reason, failed_step, message } = useSearch({ from });
  const asked = given({ status, search, reason, failed_step, message });
  const navigate = useNavigate();
  const narrow = (next: UpdatesAsked) =>
    void navigate({
      to: '/p/$project/deployments/$deployment',
      params: { project, deployment: id },
      search: given(next),
      replace: true,
      resetScroll: false,
    });
  const { list, onSight } = useUpdateList(project, deployment, asked);
  const isNarrow = useIsNarrow();
  const columns = useMemo(
    () => (isNarrow ? narrowUpdateColumns(project, id) : updateColumns(project, id)),
    [isNarrow, project, id],
  );
  const isAlike = [asked.reason, asked.failed_step, asked.message].some((value) => value !== undefined);
  const isNarrowed = Object.keys(asked).length > 0;
  return (
    <Section title="Devices">
      <Stack gap="sm">
        <Group gap="xs">
          <StatusTabs
            counts={counts}
            devices={devices}
            chosen={asked.status}
            onChoose={(status) => narrow({ status, search: asked.search })}
          />
          <SearchField
            label="Search by name or id"
            value={asked.search ?? ''}
            onChange={(search) => narrow({ ...asked, search })}
          />
        </Group>
        {isAlike && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {alikeText(asked)}{' '}
            <Button
              variant="subtle"
              size="compact-sm"
              onClick={() => narrow({ status: asked.status, search: asked.search })}
            >
              Show the others too
            </Button>
          </Text>
        )}
        <VirtualTable
          label="Devices"
          columns={columns}
          list={list}
          rowId={idOf}
          total={isNarrowed ? undefined : devices}
          onSight={onSight}
          hasPlainCells={!isNarrow}
          isOpenedByRow
          height="max(320px, calc(100dvh - 240px))"
          empty={<NoneFound onShowAll={isNarrowed ? () => narrow({}) : null} />}
        />
      </Stack>
    </Section>
  );
}

type StatusTabsProps = {
  counts: Deployment['counts'];
  devices: number;
  chosen: UpdateStatus | undefined;
  onChoose: (status: UpdateStatus | undefined) => void;
};

function StatusTabs({ counts, devices, chosen, onChoose }: StatusTabsProps) {
  const all = { value: 'all', label: `All ${numberText(devices)}` };
  const each = updateStatuses.map((status) => ({
    value: status,
    label: `${statusWords[status]} ${numberText(counts[status])}`,
  }));
  return (
    <SegmentedControl
      aria-label="Status"
      className="numbers"
      size="xs"
      withItemsBorders={false}
      styles={{ root: { flexWrap: 'wrap', maxWidth: '100%' }, control: { flex: 'none' } }}
      data={[all, ...each]}
      value={chosen ?? 'all'}
      onChange={(value) => onChoose(updateStatuses.find((status) => status === value))}
    />
  );
}

function NoneFound({ onShowAll }: { onShowAll: (() => void) | null }) {
  return (
    <EmptyNote
      title={onShowAll === null ? 'This deployment has no devices' : 'No device is like that at this moment'}
      action={
        onShowAll && (
          <Button variant="default" onClick={onShowAll}>
            Show all devices
          </Button>
        )
      }
    />
  );
}

function alikeText({ reason, failed_step: step, message }: UpdatesAsked): string {
  const where = step === undefined ? 'Those that failed' : `Those that failed at “${step}”`;
  const why = message ?? (reason === undefined ? '' : reasonText(reason));
  return why === '' ? `${where}.` : `${where}: ${why}`;
}

function idOf({ device }: Update): string {
  return device.id;
}
