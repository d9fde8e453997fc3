import { ButtonLink } from '../../platform/ui/links.tsx';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { OrderPage } from './order-page.tsx';

/** The page that makes an order; who may not place one is told who may. */
export function NewDeploymentPage() {
  const project = useProjectKey();
  const mayDeploy = useMay('operator');
  if (mayDeploy) return <OrderPage key={project} />;
  return (
    <Page title="New deployment">
      <EmptyNote
        title="Operators deploy"
        action={
          <ButtonLink to="/p/$project/deployments" params={{ project }} variant="default">
            Deployments
          </ButtonLink>
        }
      >
        Your role lets you look at everything and change nothing. An operator, an admin or an owner can deploy; an owner
        can give you another role.
      </EmptyNote>
    </Page>
  );
}
