import { IconPlugConnectedX } from '@tabler/icons-react';
import type { Update } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { StatusMark } from '../../platform/ui/status-icon.tsx';
import type { Column } from '../../platform/ui/table-row.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { standingText } from './update-words.rules.ts';

/** The columns of a table of a deployment's updates; a device leads to its update beside the table. */
export function updateColumns(project: string, deployment: string): Column<Update>[] {
  return [
    {
      id: 'device',
      title: 'Device',
      width: 'minmax(92px, 1fr)',
      cell: ({ device }) => (
        <TextLink
          to="/p/$project/deployments/$deployment"
          params={{ project, deployment }}
          search={(before) => ({ ...before, device: device.id })}
          resetScroll={false}
          title={device.id}
        >
          {device.name}
        </TextLink>
      ),
    },
    { id: 'status', title: 'Status', width: '124px', cell: ({ status }) => <StatusMark status={status} /> },
    {
      id: 'standing',
      title: 'Step it is at, or why it waits or ended',
      width: 'minmax(98px, 3fr)',
      cell: (update) => <Standing update={update} />,
    },
    {
      id: 'taken-up',
      title: 'Started',
      width: '140px',
      isSecondary: true,
      cell: ({ taken_up_at }) => taken_up_at && <Time at={taken_up_at} as="ago" />,
    },
    {
      id: 'finished',
      title: 'Ended',
      width: '140px',
      isSecondary: true,
      cell: ({ finished_at }) => finished_at && <Time at={finished_at} as="ago" />,
    },
  ];
}

/** Where an update is, in a line; before it that its device is away, without which it does not go on. */
function Standing({ update }: { update: Update }) {
  const { offline_since } = update;
  if (offline_since === null) return standingText(update);
  return (
    <>
      <IconPlugConnectedX
        size={16}
        color="var(--status-aborted)"
        aria-hidden
        style={{ verticalAlign: 'text-bottom', marginRight: 6 }}
      />
      Offline, last here <Time at={offline_since} as="ago" />. {standingText(update)}
    </>
  );
}
