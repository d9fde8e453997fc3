import { IconPlugConnectedX } from '@tabler/icons-react';
import type { Update } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { StatusMark } from '../../platform/ui/status-icon.tsx';
import type { Column } from '../../platform/ui/table-row.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { TwoLines, WrappedText } from '../../platform/ui/two-lines.tsx';
import classes from './update-columns.module.css';
import { standingText } from './update-words.rules.ts';

/** The columns of a table of a deployment's updates; a device leads to its update beside the table. */
export function updateColumns(project: string, deployment: string): Column<Update>[] {
  return [
    {
      id: 'device',
      title: 'Device',
      width: 'minmax(92px, 1fr)',
      cell: (update) => <UpdateLink project={project} deployment={deployment} update={update} />,
    },
    { id: 'status', title: 'Status', width: '124px', cell: ({ status }) => <StatusMark status={status} /> },
    {
      id: 'standing',
      title: 'Step it is at, or why it waits or ended',
      width: 'minmax(98px, 3fr)',
      cell: (update) => <WideStanding update={update} />,
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

/** The same where there is room for one column. */
export function narrowUpdateColumns(project: string, deployment: string): Column<Update>[] {
  return [
    {
      id: 'device',
      title: 'Device, and where its update is',
      width: 'minmax(0, 1fr)',
      cell: (update) => (
        <TwoLines
          first={
            <span className={classes.both}>
              <UpdateLink project={project} deployment={deployment} update={update} />
              <StatusMark status={update.status} />
            </span>
          }
          second={<NarrowStanding update={update} />}
        />
      ),
    },
  ];
}

type UpdateLinkProps = { project: string; deployment: string; update: Update };

function UpdateLink({ project, deployment, update: { device } }: UpdateLinkProps) {
  return (
    <TextLink
      to="/p/$project/deployments/$deployment"
      params={{ project, deployment }}
      search={(before) => ({ ...before, device: device.id })}
      resetScroll={false}
      title={device.id}
    >
      {device.name}
    </TextLink>
  );
}

/** There is always something to say below the name. */
function NarrowStanding({ update }: { update: Update }) {
  if (update.status !== 'success') return <Standing update={update} />;
  return (
    <>
      Ended <Time at={update.finished_at} as="ago" />
    </>
  );
}

/** So many letters fit into a line. */
const lettersInLine = 60;

function WideStanding({ update }: { update: Update }) {
  const text = standingText(update);
  if (text.length <= lettersInLine || update.offline_since !== null) return <Standing update={update} />;
  return <WrappedText text={text} />;
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
