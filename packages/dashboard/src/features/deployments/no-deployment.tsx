import { ButtonLink } from '../../platform/ui/links.tsx';
import { MissingThing } from '../../platform/ui/missing-thing.tsx';

/** In place of a deployment that cannot be shown. */
export function NoDeployment({ project, ...failed }: { project: string; error: unknown; onRetry: () => void }) {
  const all = (
    <ButtonLink to="/p/$project/deployments" params={{ project }} variant="default">
      All deployments
    </ButtonLink>
  );
  return (
    <MissingThing title="Deployment" thing="deployment" action={all} {...failed}>
      The address may be wrong.
    </MissingThing>
  );
}
