import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { forgetDraft, readDraft } from '../../platform/forms/kept-draft.ts';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { EmptyNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { deploymentQuery } from '../deployments/deployment.queries.ts';
import { NoDeployment } from '../deployments/no-deployment.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { DraftQuestion } from './draft-question.tsx';
import { readKept, wouldReplace } from './order-draft.rules.ts';
import { OrderPage } from './order-page.tsx';
import type { OrderSearch } from './order-search.rules.ts';
import { useDraftPlace } from './use-order-values.ts';

/** The page that makes an order; who may not place one is told who may. */
export function NewDeploymentPage() {
  const project = useProjectKey();
  const mayDeploy = useMay('operator');
  // The address is the form's own as soon as that is there.
  const search = useSearch({ from: '/signed-in/p/$project/deployments/new' });
  const [asked] = useState(search);
  if (mayDeploy) return <BegunOrder key={project} search={asked} />;
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

/** The form; before it a question where somebody would lose what they have typed. */
function BegunOrder({ search }: { search: OrderSearch }) {
  const project = useProjectKey();
  const place = useDraftPlace();
  const client = useQueryClient();
  const [kept] = useState(() => readKept(readDraft(place)));
  const [chosen, setChosen] = useState<OrderSearch | null>(wouldReplace(search, kept) ? null : search);
  /** What was typed goes only where there is something to take its place. */
  async function replace() {
    const { again } = search;
    const isThere =
      again === undefined ||
      (await client.ensureQueryData(deploymentQuery(project, again)).then(
        () => true,
        () => false,
      ));
    if (isThere) forgetDraft(place);
    setChosen(search);
  }
  if (chosen === null && kept !== null) {
    return <DraftQuestion draft={kept} search={search} onKeep={() => setChosen({})} onReplace={() => void replace()} />;
  }
  const { again } = chosen ?? search;
  if (again === undefined) return <OrderPage search={chosen ?? search} again={null} />;
  return <OrderAgain project={project} id={again} search={chosen ?? search} />;
}

type OrderAgainProps = { project: string; id: string; search: OrderSearch };

/** The order of a deployment, to be given again with what is changed in it. */
function OrderAgain({ project, id, search }: OrderAgainProps) {
  const { data, error, isPending, refetch } = useQuery(deploymentQuery(project, id));
  if (isPending) return <LoadingNote what="Loading the deployment" />;
  if (data === undefined) return <NoDeployment project={project} error={error} onRetry={() => void refetch()} />;
  return <OrderPage search={search} again={data} />;
}
