import { Group } from '@mantine/core';
import type { UpdateFlow } from '@tideway/protocol';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { tellDone } from '../../platform/ui/tell.ts';
import { useMay } from '../session/session.queries.ts';
import { deleteFlow } from './flow.queries.ts';

type FlowActionsProps = {
  project: string;
  flow: Pick<UpdateFlow, 'id' | 'name'>;
  /** The version to deploy; the newest where it is left out. */
  version?: number | undefined;
  isCompact?: boolean;
  onDeleted?: () => void;
};

/** What can be done with a flow, by who may. */
export function FlowActions({ project, flow, version, isCompact = false, onDeleted }: FlowActionsProps) {
  const mayEdit = useMay('admin');
  const mayDeploy = useMay('operator');
  const size = isCompact ? 'compact-xs' : 'sm';
  const params = { project, flow: flow.id };
  const labelOf = (verb: string) => (isCompact ? { 'aria-label': `${verb} ${flow.name}` } : {});
  return (
    <Group gap="xs" wrap={isCompact ? 'nowrap' : 'wrap'}>
      {mayDeploy && (
        <ButtonLink
          to="/p/$project/deployments/new"
          params={{ project }}
          search={{ flow: flow.id, ...(version !== undefined && { version }) }}
          size={size}
          variant={isCompact ? 'default' : 'filled'}
          {...labelOf('Deploy')}
        >
          {version === undefined ? 'Deploy' : `Deploy version ${version}`}
        </ButtonLink>
      )}
      {mayEdit && (
        <>
          <ButtonLink
            to="/p/$project/flows/$flow/edit"
            params={params}
            size={size}
            variant="default"
            {...labelOf('Edit')}
          >
            Edit
          </ButtonLink>
          <ButtonLink
            to="/p/$project/flows/new"
            params={{ project }}
            search={{ like: flow.id }}
            size={size}
            variant="default"
            {...labelOf('Duplicate')}
          >
            Duplicate
          </ButtonLink>
          <ConfirmButton
            verb="Delete"
            title={`Delete the update flow ${flow.name}?`}
            size={size}
            onConfirm={async () => {
              await deleteFlow(project, flow.id);
              tellDone(`${flow.name} was deleted`);
              onDeleted?.();
            }}
            {...labelOf('Delete')}
          >
            It cannot be deployed any more, and its versions cannot be seen. Deployments of it go on, and what they did
            stays. No device is touched.
          </ConfirmButton>
        </>
      )}
    </Group>
  );
}
