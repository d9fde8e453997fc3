import type { Deployment } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { StatusBar } from '../../platform/ui/status-bar.tsx';
import type { Column } from '../../platform/ui/table-row.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { StateMark } from './state-mark.tsx';

/** The columns of a table of deployments. */
export function deploymentColumns(project: string): Column<Deployment>[] {
  return [
    {
      id: 'id',
      title: 'Deployment',
      width: '136px',
      cell: ({ id }) => (
        <TextLink to="/p/$project/deployments/$deployment" params={{ project, deployment: id }} className="mono">
          {id}
        </TextLink>
      ),
    },
    {
      id: 'flow',
      title: 'Flow',
      width: 'minmax(100px, 1.2fr)',
      cell: ({ flow }) => <WithVersion name={flow.name} version={`v${flow.version}`} />,
    },
    {
      id: 'app',
      title: 'App',
      width: 'minmax(110px, 1fr)',
      isSecondary: true,
      cell: ({ app }) => (app === null ? '—' : <WithVersion name={app.name} version={app.version} />),
    },
    {
      id: 'state',
      title: 'State',
      width: '124px',
      isSecondary: true,
      cell: ({ state }) => <StateMark state={state} />,
    },
    {
      id: 'updates',
      title: 'Updates',
      width: 'minmax(90px, 1.2fr)',
      cell: ({ counts }) => <StatusBar counts={counts} />,
    },
    {
      id: 'created',
      title: 'Created',
      width: '140px',
      isSecondary: true,
      cell: ({ created_at }) => <Time at={created_at} as="ago" />,
    },
    {
      id: 'by',
      title: 'By',
      width: 'minmax(150px, 1fr)',
      isSecondary: true,
      cell: ({ created_by }) => created_by,
    },
    {
      id: 'comment',
      title: 'Comment',
      width: 'minmax(100px, 1.6fr)',
      isSecondary: true,
      cell: ({ comment }) => comment,
    },
  ];
}

function WithVersion({ name, version }: { name: string; version: string }) {
  return (
    <span>
      {name} <span style={{ color: 'var(--quiet)' }}>{version}</span>
    </span>
  );
}
