import { Button, Collapse, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { CatchBoundary } from '@tanstack/react-router';
import type { Progress } from '@tideway/protocol';
import { memo, useMemo } from 'react';
import { useClock } from '../../platform/ui/clock.ts';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { usePart } from '../../platform/use-part.ts';
import { progressQuery } from './deployment.queries.ts';
import { untilNow } from './progress.rules.ts';
import { ProgressTable } from './progress-table.tsx';

/** The library that draws is loaded only where there is something to draw. */
const loadChart = () => import('./progress-chart.tsx');

type ProgressSectionProps = {
  project: string;
  id: string;
  /** While an update is open the drawing goes on with the clock. */
  isOpen: boolean;
};

/** How many updates of a deployment had each status when, as a drawing and as a table. */
export const ProgressSection = memo(function ProgressSection({ project, id, isOpen }: ProgressSectionProps) {
  const { data, dataUpdatedAt, error, isPending, refetch } = useQuery(progressQuery(project, id));
  const nowMs = useClock(isOpen);
  const progress = useMemo(() => data && untilNow(data, nowMs - dataUpdatedAt), [data, dataUpdatedAt, nowMs]);
  return (
    <Section title="Progress over time">
      {isPending && <LoadingNote what="Loading the progress" />}
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {progress !== undefined && <Course progress={progress} />}
    </Section>
  );
});

function Course({ progress }: { progress: Progress }) {
  const [isTableShown, { toggle }] = useDisclosure();
  const hasCourse = progress.points.length >= 2;
  const chart = usePart(loadChart, hasCourse ? 0 : null);
  if (!hasCourse) {
    return (
      <Text size="sm" c="dimmed">
        There is nothing to show yet.
      </Text>
    );
  }
  return (
    <>
      {chart.part === null && chart.error === null && <LoadingNote what="Loading the chart" />}
      {chart.part === null && chart.error !== null && <ErrorNote error={chart.error} onRetry={chart.retry} />}
      {chart.part !== null && (
        <CatchBoundary getResetKey={() => 'chart'} errorComponent={ErrorNote}>
          <chart.part.ProgressChart progress={progress} />
        </CatchBoundary>
      )}
      <Button variant="subtle" size="compact-sm" onClick={toggle} aria-expanded={isTableShown} mt={4} ml={-8}>
        {isTableShown ? 'Hide the numbers' : 'Show the numbers'}
      </Button>
      <Collapse expanded={isTableShown}>{isTableShown && <ProgressTable progress={progress} />}</Collapse>
    </>
  );
}
