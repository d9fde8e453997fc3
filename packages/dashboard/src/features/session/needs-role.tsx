import type { Role } from '@tideway/protocol';
import type { ReactNode } from 'react';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { useMay, useSession } from './session.queries.ts';

/** A page for those who have a role; who opens it without is told which. */
export function NeedsRole({ needed, title, children }: { needed: Role; title: string; children: ReactNode }) {
  const { user } = useSession();
  if (useMay(needed)) return <>{children}</>;
  return (
    <Page title={title}>
      <EmptyNote title={`This page needs the role ${needed}`}>
        You are signed in as {user.email} with the role {user.role}. An owner can give you another one under Settings,
        Users.
      </EmptyNote>
    </Page>
  );
}
