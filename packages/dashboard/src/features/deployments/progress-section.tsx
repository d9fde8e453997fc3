import { Button, Collapse, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { Progress } from '@tideway/protocol';
import { lazy, memo, Suspense } from 'react';
import { loadPart } from '../../platform/load-part.ts';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { progressQuery } from './deployment.queries.ts';
import { ProgressTable } from './progress-table.tsx';

/** The library that draws is loaded only where there is something to draw. */
const ProgressChart = lazy(async () => ({
  default: (await loadPart(() => import('./progress-chart.tsx'))).ProgressChart,
}));

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
  if (progress.points.length < 2) {
    return (
      <Text size="sm" c="dimmed">
        There is no course to show yet.
      </Text>
    );
  }
  return (
    <>
      <Suspense fallback={<LoadingNote what="Loading the chart" />}>
        <ProgressChart progress={progress} />
      </Suspense>
      <Button variant="subtle" size="compact-sm" onClick={toggle} aria-expanded={isTableShown} mt={4} ml={-8}>
        {isTableShown ? 'Hide the numbers' : 'Show the numbers'}
      </Button>
      <Collapse expanded={isTableShown}>{isTableShown && <ProgressTable progress={progress} />}</Collapse>
    </>
  );
}
