import { Button, Stack } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Deployment } from '@tideway/protocol';
import { useMemo } from 'react';
import { usePagedList } from '../../platform/api/pages.ts';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { useIsNarrow } from '../../platform/ui/use-is-narrow.ts';
import { VirtualTable } from '../../platform/ui/virtual-table.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { type DeploymentsAsked, loadDeployments } from './deployment.queries.ts';
import { deploymentColumns, narrowDeploymentColumns } from './deployment-columns.tsx';
import { DeploymentsFilter } from './deployments-filter.tsx';
import { given } from './given.rules.ts';

/** All deployments of a project, the newest first. */
export function DeploymentsPage() {
  const project = useProjectKey();
  const { state, flow, app, search } = useSearch({ from: '/signed-in/p/$project/deployments' });
  const asked = given({ state, flow, app, search });
  const navigate = useNavigate();
  const list = usePagedList([project, 'deployments', asked], (after) => loadDeployments(project, asked, after), {
    refetchesUpToPages: 5,
  });
  const isNarrow = useIsNarrow();
  const columns = useMemo(
    () => (isNarrow ? narrowDeploymentColumns(project) : deploymentColumns(project)),
    [isNarrow, project],
  );
  const narrow = (changes: DeploymentsAsked) =>
    void navigate({
      to: '/p/$project/deployments',
      params: { project },
      search: given({ ...asked, ...changes }),
      replace: true,
      resetScroll: false,
    });
  const isNarrowed = Object.keys(asked).length > 0;
  const mayDeploy = useMay('operator');
  return (
    <Page title="Deployments" actions={mayDeploy && !isEmpty(list, isNarrowed) && <NewDeployment project={project} />}>
      <Stack gap="sm">
        {!isEmpty(list, isNarrowed) && <DeploymentsFilter project={project} asked={asked} onChange={narrow} />}
        <VirtualTable
          label="Deployments"
          columns={columns}
          list={list}
          rowId={idOf}
          height="max(320px, calc(100dvh - 190px))"
          isOpenedByRow
          empty={isNarrowed ? <NoneFound project={project} /> : <NoneYet project={project} />}
        />
      </Stack>
    </Page>
  );
}

function isEmpty(list: { items: Deployment[]; isLoading: boolean; error: unknown }, isNarrowed: boolean): boolean {
  return !isNarrowed && !list.isLoading && list.error === null && list.items.length === 0;
}

function idOf({ id }: Deployment): string {
  return id;
}

function NewDeployment({ project }: { project: string }) {
  return (
    <ButtonLink to="/p/$project/deployments/new" params={{ project }}>
      New deployment
    </ButtonLink>
  );
}

function NoneFound({ project }: { project: string }) {
  const navigate = useNavigate();
  return (
    <EmptyNote
      title="No deployment is like that"
      action={
        <Button variant="default" onClick={() => navigate({ to: '/p/$project/deployments', params: { project } })}>
          Show all deployments
        </Button>
      }
    >
      The search and the choices together match none.
    </EmptyNote>
  );
}

function NoneYet({ project }: { project: string }) {
  const mayDeploy = useMay('operator');
  return (
    <EmptyNote title="Nothing was deployed yet" action={mayDeploy && <NewDeployment project={project} />}>
      A deployment gives this version of an update flow, with these values, to these devices. Here it is seen how it
      goes on each of them.
      {!mayDeploy && ' An operator can make one.'}
    </EmptyNote>
  );
}
