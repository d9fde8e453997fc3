import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { EmptyNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { deploymentQuery } from '../deployments/deployment.queries.ts';
import { NoDeployment } from '../deployments/no-deployment.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { OrderPage } from './order-page.tsx';

/** The page that makes an order; who may not place one is told who may. */
export function NewDeploymentPage() {
  const project = useProjectKey();
  const mayDeploy = useMay('operator');
  // The address is the form's own as soon as that is there.
  const { again } = useSearch({ from: '/signed-in/p/$project/deployments/new' });
  const [asked] = useState(again);
  if (mayDeploy && asked === undefined) return <OrderPage key={project} again={null} />;
  if (mayDeploy && asked !== undefined) return <OrderAgain key={project} project={project} id={asked} />;
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

/** The order of a deployment, to be given again with what is changed in it. */
function OrderAgain({ project, id }: { project: string; id: string }) {
  const { data, error, isPending, refetch } = useQuery(deploymentQuery(project, id));
  if (isPending) return <LoadingNote what="Loading the deployment" />;
  if (data === undefined) return <NoDeployment project={project} error={error} onRetry={() => void refetch()} />;
  return <OrderPage again={data} />;
}
