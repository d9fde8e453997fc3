import { useQuery } from '@tanstack/react-query';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { OutputView } from '../devices/output-view.tsx';
import { outputQuery } from './deployment.queries.ts';

type UpdateOutputProps = { project: string; deployment: string; device: string; isLive: boolean };

/** What an update says while it runs; output comes without an event of its own, and is asked for. */
export function UpdateOutput({ project, deployment, device, isLive }: UpdateOutputProps) {
  const { data, error, isPending, refetch } = useQuery({
    ...outputQuery(project, deployment, device),
    refetchInterval: isLive ? 1_000 : false,
  });
  return (
    <Section title="Output">
      {isPending && <LoadingNote what="Loading the output" />}
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data !== undefined && <OutputView output={data.output} label="Output of the update" isLive={isLive} />}
    </Section>
  );
}
