import type { ReactNode } from 'react';
import { Refused } from '../api/refused.ts';
import { EmptyNote, ErrorNote } from './notes.tsx';
import { Page } from './page.tsx';

type MissingThingProps = {
  /** Title of the page that would show it. */
  title: string;
  /** What it is: `device`. */
  thing: string;
  /** Why there may be none. */
  children: ReactNode;
  /** Leads to those that there are. */
  action: ReactNode;
  error: unknown;
  onRetry: () => void;
};

/** In place of a thing that cannot be shown: that there is none, or what else went wrong, and a way on. */
export function MissingThing({ title, thing, children, action, error, onRetry }: MissingThingProps) {
  const isNone = error instanceof Refused && error.status === 404;
  return (
    <Page title={title}>
      {isNone ? (
        <EmptyNote title={`There is no such ${thing} in this project`} action={action}>
          {children}
        </EmptyNote>
      ) : (
        <ErrorNote error={error} onRetry={onRetry} />
      )}
    </Page>
  );
}
