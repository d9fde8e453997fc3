import { Group, Stack, Table, Text } from '@mantine/core';
import { numberText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';
import { statusColors } from '../../platform/ui/status.ts';
import { StatusMark } from '../../platform/ui/status-icon.tsx';
import { type Day, successPercent, wholeDays } from './overview.rules.ts';
import classes from './success-rate.module.css';

const shownDays = 30;
/** From the top of a bar to its foot. */
const parts = ['aborted', 'failed', 'success'] as const;
const dayText = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });

/** How the updates of each of the last days went: one bar a day, and the same as a table. */
export function SuccessRate({ days: known }: { days: Day[] }) {
  const days = wholeDays(known, Date.now(), shownDays);
  const percent = successPercent(days);
  const largest = Math.max(1, ...days.map(sum));
  return (
    <Section title="Success over time">
      <Stack gap="xs">
        <Text size="sm">
          {percent === null
            ? `No update has succeeded or failed in the last ${shownDays} days.`
            : `${percent} % of the updates that got a result in the last ${shownDays} days succeeded; aborted ones are left out.`}
        </Text>
        <div aria-hidden>
          <div className={classes.days}>
            {days.map((day) => (
              <div key={day.day} className={classes.day} title={wordsOf(day)}>
                {parts.map(
                  (part) =>
                    day[part] > 0 && (
                      <div
                        key={part}
                        className={`${classes.part} ${part === 'failed' ? classes.failed : ''}`}
                        style={{ height: `${(day[part] / largest) * 100}%`, backgroundColor: statusColors[part] }}
                      />
                    ),
                )}
              </div>
            ))}
          </div>
          <Group justify="space-between" mt={4}>
            <Text size="xs" c="dimmed">
              {dayText.format(new Date(days[0]?.day ?? 0))}
            </Text>
            <Text size="xs" c="dimmed">
              today (UTC)
            </Text>
          </Group>
        </div>
        <Group gap="md" fz="sm">
          {[...parts].reverse().map((part) => (
            <StatusMark key={part} status={part} />
          ))}
        </Group>
        <DaysTable days={known} />
      </Stack>
    </Section>
  );
}

/** The bars in figures, for who cannot see them or wants to know. */
function DaysTable({ days }: { days: Day[] }) {
  if (days.length === 0) return null;
  return (
    <details>
      <summary style={{ cursor: 'pointer' }}>Show the numbers</summary>
      <Table className="numbers" mt="xs" aria-label="Results of each day">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Day (UTC)</Table.Th>
            <Table.Th ta="right">Success</Table.Th>
            <Table.Th ta="right">Failed</Table.Th>
            <Table.Th ta="right">Aborted</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {days.toReversed().map((day) => (
            <Table.Tr key={day.day}>
              <Table.Td>{day.day}</Table.Td>
              <Table.Td ta="right">{numberText(day.success)}</Table.Td>
              <Table.Td ta="right">{numberText(day.failed)}</Table.Td>
              <Table.Td ta="right">{numberText(day.aborted)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}

function sum({ success, failed, aborted }: Day): number {
  return success + failed + aborted;
}

function wordsOf({ day, success, failed, aborted }: Day): string {
  return `${day}: success ${numberText(success)}, failed ${numberText(failed)}, aborted ${numberText(aborted)}`;
}
