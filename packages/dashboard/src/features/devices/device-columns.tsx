import { path } from '../../platform/api/call.ts';
import { RowLink } from '../../platform/ui/row-link.tsx';
import type { Column } from '../../platform/ui/table-row.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { TwoLines } from '../../platform/ui/two-lines.tsx';
import { appsText, driftText } from './device-state.rules.ts';
import { DeviceStateMark } from './device-state-mark.tsx';
import type { ListedDevice } from './listed-device.ts';

/**
 * Every column there is of a list of devices; the first one is always there. Where there is little room, the group and
 * the apps stand under the name.
 */
export function deviceColumns(project: string, isNarrow = false): Column<ListedDevice>[] {
  const nameLink = ({ id, name }: ListedDevice) => (
    <RowLink href={`/p${path`/${project}/devices/${id}`}`} text={name} />
  );
  return [
    {
      id: 'name',
      title: 'Name',
      width: isNarrow ? 'minmax(0, 1.3fr)' : 'minmax(100px, 2fr)',
      cell: isNarrow
        ? (device) => (
            <TwoLines
              first={nameLink(device)}
              second={[device.group, appsText(device.apps)].filter(Boolean).join(' · ')}
            />
          )
        : nameLink,
    },
    {
      id: 'state',
      title: 'State',
      width: isNarrow ? 'minmax(136px, 1fr)' : 'minmax(192px, 1.6fr)',
      cell: (device) => <DeviceStateMark device={device} hasTwoLines={isNarrow} />,
    },
    textColumn('group', 'Group', 'minmax(90px, 1fr)', ({ group }) => group),
    textColumn('tags', 'Tags', 'minmax(90px, 1.3fr)', ({ tags }) => tags.join(', ')),
    textColumn('apps', 'Apps', 'minmax(110px, 1.5fr)', ({ apps }) => appsText(apps)),
    textColumn('drift', 'Drift', 'minmax(90px, 1.5fr)', ({ drift }) => driftText(drift)),
    {
      id: 'last_contact',
      title: 'Last contact',
      width: 'minmax(130px, 1fr)',
      isSecondary: true,
      cell: ({ last_contact_at: at }) => at && <Time at={at} as="ago" />,
    },
    textColumn('agent', 'Agent', 'minmax(90px, 1fr)', ({ agent }) => agent.version ?? ''),
    textColumn('system', 'System', 'minmax(90px, 1fr)', ({ agent }) =>
      [agent.os, agent.arch].filter((part) => part !== null).join(' '),
    ),
    { id: 'id', title: 'Id', width: '120px', isSecondary: true, cell: ({ id }) => <span className="mono">{id}</span> },
  ];
}

/** Those that are shown until somebody has chosen. */
export const usualColumns = ['state', 'group', 'tags', 'apps', 'last_contact'];

function textColumn(
  id: string,
  title: string,
  width: string,
  text: (device: ListedDevice) => string,
): Column<ListedDevice> {
  return { id, title, width, isSecondary: true, cell: text };
}
