import { Group, List, Text } from '@mantine/core';
import {
  IconBan,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconMinus,
  IconProgress,
  IconSquareRoundedXFilled,
} from '@tabler/icons-react';
import type { UpdateDetails } from '@tideway/protocol';
import { Section } from '../../platform/ui/section.tsx';
import { statusColors } from '../../platform/ui/status.ts';
import { fineDurationText, Time } from '../../platform/ui/time.tsx';
import { type StepShown, shownSteps, stepStatusWords } from './update-words.rules.ts';

type Step = UpdateDetails['steps'][number];

/** Steps look as updates do. */
const shapes: Record<StepShown, { shape: typeof IconMinus; color: string }> = {
  waiting: { shape: IconCircleDashed, color: statusColors.pending },
  started: { shape: IconProgress, color: statusColors.in_progress },
  success: { shape: IconCircleCheckFilled, color: statusColors.success },
  failed: { shape: IconSquareRoundedXFilled, color: statusColors.failed },
  stopped: { shape: IconBan, color: statusColors.aborted },
  not_run: { shape: IconMinus, color: statusColors.pending },
};

/** The steps of an update, each with how it went. */
export function UpdateSteps({ update }: { update: UpdateDetails }) {
  return (
    <Section title="Steps">
      <List type="ordered" listStyleType="none" spacing="xs" aria-label="Steps">
        {shownSteps(update).map(([step, shown], place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the steps of an update are known by their places
          <List.Item key={place} styles={{ itemWrapper: { width: '100%' }, itemLabel: { width: '100%' } }}>
            <StepLine step={step} shown={shown} />
          </List.Item>
        ))}
      </List>
    </Section>
  );
}

function StepLine({ step, shown }: { step: Step; shown: StepShown }) {
  const { name, tries, exit_code, message, started_at, finished_at } = step;
  const { shape: Shape, color } = shapes[shown];
  const took = started_at !== null && finished_at !== null ? secondsBetween(started_at, finished_at) : 0;
  const facts = [
    stepStatusWords[shown],
    ...(tries > 1 ? [`try ${tries}`] : []),
    ...(exit_code === null ? [] : [`exit code ${exit_code}`]),
    ...(took >= 1 ? [fineDurationText(took)] : []),
  ];
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Shape size={18} color={color} aria-hidden style={{ color, flex: 'none', marginTop: 1 }} />
      <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
        <Text span size="sm" fw={500}>
          {name}
        </Text>{' '}
        <Text span size="sm" c="dimmed" className="numbers">
          {facts.join(', ')}
          {started_at !== null && finished_at === null && (
            <>
              , since <Time at={started_at} as="ago" />
            </>
          )}
        </Text>
        {message !== null && (
          <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
            {message}
          </Text>
        )}
      </div>
    </Group>
  );
}

function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
