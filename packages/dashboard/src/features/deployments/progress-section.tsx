import { Button, Collapse, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Progress } from '@tideway/protocol';
import { memo } from 'react';
import { loadPart, MissingPart } from '../../platform/load-part.ts';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { progressQuery } from './deployment.queries.ts';
import { ProgressTable } from './progress-table.tsx';

const chartRetryMs = 5_000;

/** The library that draws is loaded only where there is something to draw; what else the page shows does not wait for it. */
const chartQuery = queryOptions({
  queryKey: ['part', 'progress-chart'],
  queryFn: () => loadPart(() => import('./progress-chart.tsx')),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
  refetchInterval: ({ state }) => state.error !== null && !(state.error instanceof MissingPart) && chartRetryMs,
});

/** The course of a deployment: how many updates had each status when, as a drawing and as a table. */
export const ProgressSection = memo(function ProgressSection({ project, id }: { project: string; id: string }) {
  const { data, error, isPending, refetch } = useQuery(progressQuery(project, id));
  return (
    <Section title="Course">
      {isPending && <LoadingNote what="Loading the course" />}
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data !== undefined && <Course progress={data} />}
    </Section>
  );
});

function Course({ progress }: { progress: Progress }) {
  const [isTableShown, { toggle }] = useDisclosure();
  const hasCourse = progress.points.length >= 2;
  const chart = useQuery({ ...chartQuery, enabled: hasCourse });
  if (!hasCourse) {
    return (
      <Text size="sm" c="dimmed">
        There is no course to show yet.
      </Text>
    );
  }
  return (
    <>
      {chart.isPending && <LoadingNote what="Loading the chart" />}
      {chart.error !== null && <ErrorNote error={chart.error} onRetry={() => void chart.refetch()} />}
      {chart.data !== undefined && <chart.data.ProgressChart progress={progress} />}
      <Button variant="subtle" size="compact-sm" onClick={toggle} aria-expanded={isTableShown} mt={4} ml={-8}>
        {isTableShown ? 'Hide the numbers' : 'Show the numbers'}
      </Button>
      <Collapse expanded={isTableShown}>{isTableShown && <ProgressTable progress={progress} />}</Collapse>
    </>
  );
}
