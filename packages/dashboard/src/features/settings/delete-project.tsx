import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ProjectView } from '@tideway/protocol';
import { path, remove } from '../../platform/api/call.ts';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { overviewQuery } from '../projects/overview.queries.ts';
import { forgetProject } from '../projects/project.queries.ts';

/** Deletes a project, once its key was typed. */
export function DeleteProject({ project: { key, name } }: { project: ProjectView }) {
  const queries = useQueryClient();
  return (
    <ConfirmButton
      verb="Delete"
      title={`Delete the project ${name}?`}
      size="compact-sm"
      typed={key}
      onConfirm={async () => {
        await remove(path`/${key}`);
        forgetProject(key);
        await queries.invalidateQueries({ queryKey: ['projects'] });
      }}
    >
      <WhatGoes project={key} /> That cannot be undone.
    </ConfirmButton>
  );
}

function WhatGoes({ project }: { project: string }) {
  const overview = useQuery(overviewQuery(project));
  const total = overview.data?.devices.total;
  if (total === undefined) return <>Its devices, flows and artifacts go with it.</>;
  if (total === 0) return <>It has no devices. Its flows and artifacts go with it.</>;
  return (
    <>
      <b>{countText(total, 'device')}</b> {total === 1 ? 'goes' : 'go'} with it, and so do its flows and artifacts.
      Their agents are not let in any more.
    </>
  );
}
