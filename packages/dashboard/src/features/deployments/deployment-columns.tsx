import type { Deployment } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { StatusBar } from '../../platform/ui/status-bar.tsx';
import type { Column } from '../../platform/ui/table-row.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { TwoLines } from '../../platform/ui/two-lines.tsx';
import { countsText, successText } from './deployment-state.rules.ts';
import { StateMark } from './state-mark.tsx';

/** The columns of a table of deployments. */
export function deploymentColumns(project: string): Column<Deployment>[] {
  return [
    {
      id: 'id',
      title: 'Deployment',
      width: '136px',
      cell: (deployment) => <DeploymentLink project={project} deployment={deployment} />,
    },
    {
      id: 'flow',
      title: 'Flow',
      width: 'minmax(120px, 1fr)',
      cell: ({ flow }) => <WithVersion name={flow.name} version={`v${flow.version}`} />,
    },
    {
      id: 'app',
      title: 'App',
      width: 'minmax(120px, 0.9fr)',
      cell: ({ app }) => (app === null ? '—' : <WithVersion name={app.name} version={app.version} />),
    },
    {
      id: 'state',
      title: 'State',
      width: '176px',
      cell: (deployment) => <StateMark deployment={deployment} />,
    },
    { id: 'updates', title: 'Updates', width: 'minmax(236px, 1.4fr)', cell: Updates },
    {
      id: 'created',
      title: 'Created, by',
      width: '144px',
      cell: ({ created_at, created_by }) => <TwoLines first={<Time at={created_at} as="ago" />} second={created_by} />,
    },
    { id: 'comment', title: 'Comment', width: 'minmax(80px, 1.2fr)', cell: ({ comment }) => comment },
  ];
}

/** The same where there is room for two columns. */
export function narrowDeploymentColumns(project: string): Column<Deployment>[] {
  return [
    {
      id: 'deployment',
      title: 'Deployment',
      width: 'minmax(0, 1fr)',
      cell: (deployment) => (
        <TwoLines
          first={<DeploymentLink project={project} deployment={deployment} />}
          second={`${deployment.flow.name} v${deployment.flow.version}${deployment.app === null ? '' : `, ${deployment.app.name} ${deployment.app.version}`}`}
        />
      ),
    },
    {
      id: 'state',
      title: 'State and updates',
      width: 'minmax(0, 1fr)',
      cell: (deployment) => (
        <TwoLines first={<StateMark deployment={deployment} />} second={successText(deployment.counts)} />
      ),
    },
  ];
}

function DeploymentLink({ project, deployment: { id } }: { project: string; deployment: Deployment }) {
  return (
    <TextLink to="/p/$project/deployments/$deployment" params={{ project, deployment: id }} className="mono">
      {id}
    </TextLink>
  );
}

function Updates({ counts }: Deployment) {
  return <TwoLines first={countsText(counts)} second={<StatusBar counts={counts} />} />;
}

function WithVersion({ name, version }: { name: string; version: string }) {
  return (
    <span>
      {name} <span style={{ color: 'var(--quiet)' }}>{version}</span>
    </span>
  );
}
