import { useQuery } from '@tanstack/react-query';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { WhyPanel } from '../devices/why-panel.tsx';
import { updateWhyQuery } from './deployment.queries.ts';

/** Why a pending update has not begun. */
export function UpdateWhy({ project, deployment, device }: { project: string; deployment: string; device: string }) {
  const { data, error, isPending, refetch } = useQuery(updateWhyQuery(project, deployment, device));
  return (
    <Section title="Why is it not updating?">
      {isPending && <LoadingNote what="Loading the answer" />}
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data !== undefined && <WhyPanel why={data} />}
    </Section>
  );
}
