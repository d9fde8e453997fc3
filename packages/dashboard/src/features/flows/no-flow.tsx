import { ButtonLink } from '../../platform/ui/links.tsx';
import { MissingThing } from '../../platform/ui/missing-thing.tsx';

/** In place of a flow that cannot be shown. */
export function NoFlow({ project, ...failed }: { project: string; error: unknown; onRetry: () => void }) {
  const all = (
    <ButtonLink to="/p/$project/flows" params={{ project }} variant="default">
      All update flows
    </ButtonLink>
  );
  return (
    <MissingThing title="Update flow" thing="update flow" action={all} {...failed}>
      The address may be wrong, or the flow or its version was deleted.
    </MissingThing>
  );
}
