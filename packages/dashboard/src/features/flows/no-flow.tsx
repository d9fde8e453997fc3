import { Refused } from '../../platform/api/refused.ts';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { EmptyNote, ErrorNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';

/** In place of a flow that cannot be shown: why, and a way on. */
export function NoFlow({ project, error, onRetry }: { project: string; error: unknown; onRetry: () => void }) {
  const isGone = error instanceof Refused && error.status === 404;
  return (
    <Page title="Update flow">
      {isGone ? (
        <EmptyNote
          title="There is no such update flow in this project"
          action={
            <ButtonLink to="/p/$project/flows" params={{ project }} variant="default">
              All update flows
            </ButtonLink>
          }
        >
          The address may be wrong, or the flow or its version was deleted.
        </EmptyNote>
      ) : (
        <ErrorNote error={error} onRetry={onRetry} />
      )}
    </Page>
  );
}
