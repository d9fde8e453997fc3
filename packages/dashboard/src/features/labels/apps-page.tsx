import { useQuery } from '@tanstack/react-query';
import type { LabelInUse } from '@tideway/protocol';
import { useMemo } from 'react';
import { deviceFilterText } from '../../platform/ui/device-filter-text.ts';
import { TextLink } from '../../platform/ui/links.tsx';
import { numberText } from '../../platform/ui/number-text.ts';
import { Page } from '../../platform/ui/page.tsx';
import type { Column } from '../../platform/ui/table-row.tsx';
import { overviewQuery } from '../projects/overview.queries.ts';
import { useProjectKey } from '../projects/project.queries.ts';
import { apps } from './label-kind.ts';
import { LabelList } from './label-list.tsx';

/** The apps of a project, and which of their versions run in the fleet. */
export function AppsPage() {
  const project = useProjectKey();
  const overview = useQuery(overviewQuery(project));
  const versions = overview.data?.app_versions;
  const columns = useMemo((): Column<LabelInUse>[] => {
    const byApp = Map.groupBy(versions ?? [], ({ app }) => app);
    return [
      {
        id: 'versions',
        title: 'Versions in the fleet',
        width: 'minmax(200px, 2fr)',
        isSecondary: true,
        cell: ({ name }) => <Versions project={project} app={name} versions={byApp.get(name) ?? []} />,
      },
    ];
  }, [versions, project]);
  return (
    <Page title="Apps">
      <LabelList project={project} kind={apps} columns={columns} />
    </Page>
  );
}

type VersionsProps = { project: string; app: string; versions: { version: string; devices: number }[] };

/** Each version leads to the devices that carry it; what has no room is found by the link to all of them. */
function Versions({ project, app, versions }: VersionsProps) {
  return versions.map(({ version, devices }, index) => (
    <span key={version}>
      {index > 0 && ', '}
      <TextLink
        to="/p/$project/devices"
        params={{ project }}
        search={{
          filter: deviceFilterText({ filters: [{ type: 'app', operand: 'is', value: app, app_version: version }] }),
        }}
        className="numbers"
      >
        {`${version}: ${numberText(devices)}`}
      </TextLink>
    </span>
  ));
}
